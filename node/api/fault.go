package api

import (
	"fmt"
	"slices"
	"time"
)

// Fault is the body of POST /v1/chaos: something that is to happen to the messages that this capital sends to others.
// A line that is cut both ways is cut at both ends.
type Fault struct {
	Do   string   `json:"do"`             // cut, slow, drop, hold, release or heal
	To   []string `json:"to,omitempty"`   // the capitals to which messages are disturbed; none: all
	By   string   `json:"by,omitempty"`   // of slow: how much later they arrive, such as 200ms
	Rate float64  `json:"rate,omitempty"` // of drop: the share that is lost, from 0 to 1
}

// The faults.
const (
	FaultCut     = "cut"     // nothing gets through
	FaultSlow    = "slow"    // messages arrive later
	FaultDrop    = "drop"    // some messages are lost
	FaultHold    = "hold"    // messages wait until they are released
	FaultRelease = "release" // held messages go on their way
	FaultHeal    = "heal"    // the line is as it should be
)

// maxDelay bounds By.
const maxDelay = time.Minute

// Delay returns By as a duration.
func (f *Fault) Delay() (time.Duration, error) {
	d, err := time.ParseDuration(f.By)
	if err != nil || d <= 0 || d > maxDelay {
		return 0, fmt.Errorf("by: %.32q is not a delay such as 200ms, of at most %v", f.By, maxDelay)
	}
	return d, nil
}

// Validate returns an error that names the field that cannot be used.
func (f *Fault) Validate() error {
	kinds := []string{FaultCut, FaultSlow, FaultDrop, FaultHold, FaultRelease, FaultHeal}
	if !slices.Contains(kinds, f.Do) {
		return fmt.Errorf("do: %.32q is not one of %q", f.Do, kinds)
	}
	if f.Do == FaultSlow {
		if _, err := f.Delay(); err != nil {
			return err
		}
	} else if f.By != "" {
		return fmt.Errorf("by: only slow has a delay, %s has none", f.Do)
	}
	if f.Do == FaultDrop && (f.Rate <= 0 || f.Rate > 1) || f.Do != FaultDrop && f.Rate != 0 {
		return fmt.Errorf("rate: drop has one above 0 and up to 1, other faults have none; this is %s with %v", f.Do, f.Rate)
	}
	if len(f.To) > maxFaultLinks {
		return fmt.Errorf("to: %d capitals; at most %d are allowed", len(f.To), maxFaultLinks)
	}
	return nil
}

const maxFaultLinks = 1000
