package sim

import (
	"context"
	"fmt"
	"time"

	"github.com/parley-sim/parley/node/api"
)

// lineFaults is what is wrong with a line of a cluster. The process of the capital that sends has it in memory, and is told
// again when it was restarted.
type lineFaults struct {
	cut, held bool
	drop      float64
	slow      time.Duration
}

// orders returns what the interface has to be told for a sound line to become such a one.
func (f lineFaults) orders(to string) []api.Fault {
	var list []api.Fault
	add := func(is bool, order api.Fault) {
		if is {
			order.To = []string{to}
			list = append(list, order)
		}
	}
	add(f.slow > 0, api.Fault{Do: api.FaultSlow, By: f.slow.String()})
	add(f.drop > 0, api.Fault{Do: api.FaultDrop, Rate: f.drop})
	add(f.held, api.Fault{Do: api.FaultHold})
	add(f.cut, api.Fault{Do: api.FaultCut})
	return list
}

// Cut implements wires, as do the methods after it. Delays and rates are positive: a scenario has no others.
func (w *cluster) Cut(from, to string) {
	w.change(from, to, func(f *lineFaults) { f.cut = true }, api.Fault{Do: api.FaultCut})
}

func (w *cluster) Slow(from, to string, by time.Duration) {
	w.change(from, to, func(f *lineFaults) { f.slow = by }, api.Fault{Do: api.FaultSlow, By: by.String()})
}

func (w *cluster) Drop(from, to string, rate float64) {
	w.change(from, to, func(f *lineFaults) { f.drop = rate }, api.Fault{Do: api.FaultDrop, Rate: rate})
}

func (w *cluster) Hold(from, to string) {
	w.change(from, to, func(f *lineFaults) { f.held = true }, api.Fault{Do: api.FaultHold})
}

func (w *cluster) Release(from, to string) {
	w.change(from, to, func(f *lineFaults) { f.held = false }, api.Fault{Do: api.FaultRelease})
}

func (w *cluster) Heal(from, to string) {
	w.change(from, to, func(f *lineFaults) { *f = lineFaults{} }, api.Fault{Do: api.FaultHeal})
}

func (w *cluster) HealAll() {
	clear(w.lines)
	for _, c := range w.r.capitals {
		w.order(c.id, api.Fault{Do: api.FaultHeal})
	}
}

func (w *cluster) Reachable(from, to string) bool {
	if w.r.byID[from].machine == nil || w.r.byID[to].machine == nil {
		return false
	}
	f := w.lines[line{from, to}]
	return !f.cut && !f.held && f.drop < 1
}

// change changes a line, and tells the capital that sends on it.
func (w *cluster) change(from, to string, how func(*lineFaults), order api.Fault) {
	f := w.lines[line{from, to}]
	how(&f)
	w.lines[line{from, to}] = f
	order.To = []string{to}
	w.order(from, order)
}

// order tells a capital that is up of a fault. One that is down is told when it is restarted.
func (w *cluster) order(id string, f api.Fault) {
	c := w.r.byID[id]
	if c.machine == nil {
		return
	}
	if err := c.machine.(*process).inflict(f); err != nil {
		w.fail(err)
	}
}

// inflict has the process bring about a fault on what it sends.
func (p *process) inflict(f api.Fault) error {
	ctx, cancel := context.WithTimeout(p.cluster.r.ctx, answerPatience)
	defer cancel()
	if err := p.client.Chaos(ctx, f); err != nil {
		return fmt.Errorf("%s, at %s: %w", f.Do, p.capital.id, err)
	}
	return nil
}

// inflictAll has a process that has just started bring about all the faults of its lines.
func (p *process) inflictAll() error {
	for _, c := range p.cluster.r.capitals {
		for _, order := range p.cluster.lines[line{p.capital.id, c.id}].orders(c.id) {
			if err := p.inflict(order); err != nil {
				return err
			}
		}
	}
	return nil
}
