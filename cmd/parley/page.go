package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/parley-sim/parley/sim/report/page"
	"github.com/parley-sim/parley/sim/trace"
)

// writeRunPage writes the page of the runs whose traces were kept.
func writeRunPage(w io.Writer, s *spool, jobs int, at page.Moment) error {
	runs, err := s.runs(jobs)
	if err == nil {
		err = page.Write(w, page.Options{At: at}, runs...)
	}
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// runs reads the traces of n jobs back, in the order of the jobs. A job whose worker died in the middle of its trace has
// none.
func (s *spool) runs(n int) ([]*page.Run, error) {
	if s.err != nil {
		return nil, fmt.Errorf("keep the trace: %w", s.err)
	}
	var all []*page.Run
	for i := range n {
		f := s.files[i]
		if f == nil {
			continue
		}
		runs, err := readPageRuns(f.Name(), f)
		if err != nil {
			return nil, err
		}
		all = append(all, runs...)
	}
	if len(all) == 0 {
		return nil, errors.New("nothing was played that could be shown")
	}
	return all, nil
}

// readPageRuns reads a trace from its beginning.
func readPageRuns(name string, f *os.File) ([]*page.Run, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	runs, err := trace.Read(name, f)
	if err != nil {
		return nil, err
	}
	var all []*page.Run
	for _, run := range runs {
		all = append(all, &page.Run{Run: run})
	}
	return all, nil
}
