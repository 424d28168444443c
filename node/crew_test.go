package node

import (
	"sync"
	"testing"
	"testing/synctest"
)

// inCrew runs f in a bubble, which ends only if all goroutines of the crew do.
func inCrew(t *testing.T, f func(c *crew)) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		var c crew
		f(&c)
		c.close()
	})
}

func TestCrewDoesAllWorkAtOnce(t *testing.T) {
	inCrew(t, func(c *crew) {
		for range 3 {
			const many = 2 * maxIdle
			var met, all sync.WaitGroup
			met.Add(many)
			for range many {
				all.Add(1)
				c.run(func() {
					defer all.Done()
					met.Done()
					met.Wait() // for all others: none may wait for its end
				})
			}
			all.Wait()
			synctest.Wait()
			if n := len(c.idle); n != maxIdle {
				t.Errorf("%d goroutines are kept, want %d", n, maxIdle)
			}
		}
	})
}

func TestCrewKeepsItsGoroutine(t *testing.T) {
	inCrew(t, func(c *crew) {
		for range 10 {
			c.run(func() {})
			synctest.Wait()
		}
		if n := len(c.idle); n != 1 {
			t.Errorf("%d goroutines for one piece of work at a time", n)
		}
	})
}

func TestClosedCrewStillWorks(t *testing.T) {
	inCrew(t, func(c *crew) {
		hold := make(chan struct{})
		c.run(func() { <-hold })
		c.close()
		close(hold)
		done := false
		c.run(func() { done = true })
		synctest.Wait()
		if !done || len(c.idle) != 0 {
			t.Errorf("done %t, %d goroutines kept", done, len(c.idle))
		}
	})
}
