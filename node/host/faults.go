package host

import (
	"fmt"

	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/wire"
)

// inflict carries out a fault on what this capital sends.
func inflict(faults *wire.Faults, f api.Fault) error {
	var by func(to string)
	switch f.Do {
	case api.FaultCut:
		by = faults.Cut
	case api.FaultSlow:
		delay, err := f.Delay()
		if err != nil {
			return err
		}
		by = func(to string) { faults.Slow(to, delay) }
	case api.FaultDrop:
		by = func(to string) { faults.Drop(to, f.Rate) }
	case api.FaultHold:
		by = faults.Hold
	case api.FaultRelease:
		by = faults.Release
	case api.FaultHeal:
		if len(f.To) == 0 {
			faults.HealAll()
			return nil
		}
		by = faults.Heal
	default:
		return fmt.Errorf("there is no fault %q", f.Do)
	}
	for _, to := range f.To {
		by(to)
	}
	return nil
}
