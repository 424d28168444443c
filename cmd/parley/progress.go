package main

import (
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far a long command is. A nil progress shows nothing.
type progress struct {
	mu    sync.Mutex
	bar   *progressbar.ProgressBar
	began time.Time
	parts []float64 // of each job, 0 to 1
	sum   float64
}

const (
	barSteps = 1000
	barDelay = 700 * time.Millisecond // a bar that flashes up helps nobody
)

// newProgress returns a progress of n jobs, nil if standard error is no terminal.
func (e *env) newProgress(n int) *progress {
	if _, ok := terminal(e.stderr); !ok {
		return nil
	}
	bar := progressbar.NewOptions(barSteps, progressbar.OptionSetWriter(e.stderr), progressbar.OptionSetDescription("playing"),
		progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetPredictTime(true), progressbar.OptionShowElapsedTimeOnFinish())
	return &progress{bar: bar, began: time.Now(), parts: make([]float64, n)}
}

// named says what is done, where nothing is played.
func (p *progress) named(what string) *progress {
	if p != nil {
		p.bar.Describe(what)
	}
	return p
}

// at notes that part of a job is done.
func (p *progress) at(job int, part float64) {
	if p == nil || part <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sum += part - p.parts[job]
	p.parts[job] = part
	if time.Since(p.began) > barDelay {
		_ = p.bar.Set(int(p.sum / float64(len(p.parts)) * barSteps)) // a bar that cannot be drawn is no failure
	}
}

// done takes the bar away.
func (p *progress) done() {
	if p != nil {
		_ = p.bar.Clear()
	}
}
