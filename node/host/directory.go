package host

import (
	"maps"
	"slices"
	"sync"

	"github.com/parley-sim/parley/node/terms"
)

// directory is a wire.Directory: where the settings say that capitals are and, for those that were admitted since, where
// the record says it.
type directory struct {
	config *Config

	mu       sync.RWMutex
	order    []string
	admitted map[string]string

	changed chan struct{} // holds something after admitted has changed
}

func newDirectory(c *Config) *directory {
	d := &directory{config: c, changed: make(chan struct{}, 1)}
	d.learn(nil)
	return d
}

// Address implements wire.Directory.
func (d *directory) Address(capital string) (string, bool) {
	if address, known := d.config.Address(capital); known {
		return address, true
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	address, known := d.admitted[capital]
	return address, known
}

// Peers implements wire.Directory.
func (d *directory) Peers() []string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.order
}

// learn takes in where the members of the conference are, as the record says.
func (d *directory) learn(members []terms.Capital) {
	var order []string
	admitted := map[string]string{}
	for _, p := range d.config.Peers {
		order = append(order, p.Capital)
	}
	for _, c := range members {
		if _, known := d.config.Address(c.ID); !known && c.Address != "" {
			admitted[c.ID] = c.Address
			order = append(order, c.ID)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(order, d.order) {
		d.order = order
	}
	if !maps.Equal(admitted, d.admitted) {
		d.admitted = admitted
		select {
		case d.changed <- struct{}{}:
		default:
		}
	}
}

// newcomers lists the capitals that the settings do not have.
func (d *directory) newcomers() []string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return slices.Sorted(maps.Keys(d.admitted))
}
