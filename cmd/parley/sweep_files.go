package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/parley-sim/parley/sim/analysis/sweep"
	"github.com/parley-sim/parley/sim/report/chart"
)

// resultsFile is the file that a sweep's results go to. A nil one was not asked for.
type resultsFile struct {
	file   *os.File
	to     *bufio.Writer
	format sweep.Format
	buf    []byte
	since  int // runs since the file was last written to
}

// flushEvery is how many runs are written together: what a sweep that is killed may lose, and will play again.
const flushEvery = 64

// openResults opens the results file, if one was asked for, and returns the run that is next.
func openResults(w *sweep.Sweep, o *sweepOptions, add func(*sweep.Result)) (*resultsFile, int, error) {
	if o.out.file == "" {
		return nil, o.shard.First(), nil
	}
	file, next, err := w.Open(o.out.file, o.shard, o.resume, add)
	if err != nil {
		return nil, 0, usagef("sweep: %v", err)
	}
	format, _ := sweep.FormatOf(o.out.file) // validate has looked
	return &resultsFile{file: file, to: bufio.NewWriterSize(file, 256<<10), format: format}, next, nil
}

func (f *resultsFile) write(w *sweep.Sweep, r *sweep.Result) error {
	if f == nil {
		return nil
	}
	f.buf = w.AppendLine(f.buf[:0], f.format, r)
	_, err := f.to.Write(f.buf)
	if f.since++; err == nil && (f.since >= flushEvery || !w.Config.Direct) {
		f.since = 0
		err = f.to.Flush()
	}
	if err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return nil
}

func (f *resultsFile) close() error {
	if f == nil {
		return nil
	}
	if err := errors.Join(f.to.Flush(), f.file.Close()); err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return nil
}

// pageFile is the page that was asked for. It is written beside its name and put in place when it is whole.
type pageFile struct{ name, temporary string }

// createPage makes sure that the page can be written, before anything is played. A nil page was not asked for.
func createPage(name string) (*pageFile, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".parley-sweep-*")
	if err != nil {
		return nil, usagef("sweep: --html: %v", err)
	}
	return &pageFile{name, f.Name()}, f.Close()
}

func (p *pageFile) write(s *sweep.Summary) error {
	if p == nil {
		return nil
	}
	var b bytes.Buffer
	err := chart.Page(&b, s.Title(), s.Report()...)
	if err == nil {
		err = os.WriteFile(p.temporary, b.Bytes(), 0o666)
	}
	if err == nil {
		err = os.Chmod(p.temporary, 0o644) // a temporary file is for its owner alone
	}
	if err == nil {
		err = os.Rename(p.temporary, p.name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", p.name, err), p.discard())
	}
	return nil
}

// discard takes the page back.
func (p *pageFile) discard() error {
	if p == nil {
		return nil
	}
	return os.Remove(p.temporary)
}

// writeSweep writes the summary to standard output.
func (e *env) writeSweep(o *sweepOutput, s *sweep.Summary) error {
	var b bytes.Buffer
	if o.json {
		enc := json.NewEncoder(&b)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		if err := enc.Encode(s); err != nil {
			return err
		}
		return e.print(b.String())
	}
	if err := chart.Text(&b, chart.Options{Width: e.width(o.width), Colour: e.colour(o.color)}, s.Title(), s.Report()...); err != nil {
		return err
	}
	return e.print(b.String())
}

// mergeSweep puts the results of shards together, and writes the whole sweep's summary.
func (e *env) mergeSweep(ctx context.Context, o *sweepOptions) (err error) {
	var readers []*sweep.Reader
	for _, name := range o.files[1:] {
		f, err := os.Open(name)
		if err != nil {
			return usagef("sweep merge: %v", err)
		}
		defer func() { _ = f.Close() }() // it was only read
		r, err := sweep.NewReader(name, f)
		if err != nil {
			return usagef("sweep merge: %v", err)
		}
		readers = append(readers, r)
	}
	w := readers[0].Sweep
	results, err := createResults(w, o.out.file)
	if err != nil {
		return err
	}
	page, err := createPage(o.out.html)
	if err != nil {
		return errors.Join(err, results.discard())
	}
	sum := w.NewSum(sweep.Shard{})
	err = sweep.Merge(readers, func(r *sweep.Result) error {
		sum.Add(r)
		return errors.Join(ctx.Err(), results.write(w, r))
	})
	if err != nil {
		err = errors.Join(err, results.discard(), page.discard())
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return usagef("sweep merge: %v", err)
	}
	if err := results.finish(); err != nil {
		return errors.Join(err, page.discard())
	}
	return e.finishSweep(&o.out, sum.Summary(), page)
}

// mergedFile is a results file that takes its name when it is whole.
type mergedFile struct {
	*resultsFile
	name string
}

// createResults makes the file for merged results; nil if none was asked for.
func createResults(w *sweep.Sweep, name string) (*mergedFile, error) {
	if name == "" {
		return nil, nil
	}
	if _, err := os.Lstat(name); err == nil {
		return nil, usagef("sweep merge: %s exists: remove it, or name another file", name)
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".parley-sweep-*")
	if err != nil {
		return nil, usagef("sweep merge: --out: %v", err)
	}
	format, _ := sweep.FormatOf(name) // validate has looked
	m := &mergedFile{&resultsFile{file: file, to: bufio.NewWriterSize(file, 256<<10), format: format}, name}
	if _, err := m.to.Write(w.Head(format, sweep.Shard{})); err != nil {
		return nil, errors.Join(err, m.discard())
	}
	return m, nil
}

func (m *mergedFile) write(w *sweep.Sweep, r *sweep.Result) error {
	if m == nil {
		return nil
	}
	return m.resultsFile.write(w, r)
}

func (m *mergedFile) finish() error {
	if m == nil {
		return nil
	}
	err := m.close()
	if err == nil {
		err = os.Chmod(m.file.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(m.file.Name(), m.name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", m.name, err), os.Remove(m.file.Name()))
	}
	return nil
}

func (m *mergedFile) discard() error {
	if m == nil {
		return nil
	}
	return errors.Join(m.file.Close(), os.Remove(m.file.Name()))
}
