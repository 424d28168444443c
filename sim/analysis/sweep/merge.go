package sweep

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Merge puts the shards of one sweep together: it tells add of every run, in order. All shards must be there, each once and
// complete; what is missing is named.
func Merge(readers []*Reader, add func(*Result) error) error {
	byIndex, err := arrange(readers)
	if err != nil {
		return err
	}
	w := byIndex[0].Sweep
	short := make([]bool, len(byIndex))
	missing := false
	for run := 1; run <= w.Runs; run++ {
		i := (run - 1) % len(byIndex)
		if short[i] {
			continue
		}
		result, err := byIndex[i].Next()
		switch {
		case errors.Is(err, io.EOF):
			short[i], missing = true, true
			continue
		case err != nil:
			return err
		case missing:
			continue // only to see what else is missing
		}
		if err := add(&result); err != nil {
			return err
		}
	}
	for _, r := range byIndex {
		if r.Done() {
			if _, err := r.take(maxLine); err == nil {
				return r.wrong("lines follow after the last run")
			}
		}
	}
	if missing {
		return unfinished(byIndex, short)
	}
	return nil
}

// arrange orders the shards, and makes sure that they are of one sweep, none twice and none missing.
func arrange(readers []*Reader) ([]*Reader, error) {
	if len(readers) == 0 {
		return nil, errors.New("name the files to merge")
	}
	first := readers[0]
	of := max(first.Shard.Of, 1)
	byIndex := make([]*Reader, of)
	for _, r := range readers {
		if why := first.Sweep.difference(r.Sweep); why != "" {
			return nil, fmt.Errorf("%s is of another sweep than %s: %s", r.file, first.file, why)
		}
		if max(r.Shard.Of, 1) != of {
			return nil, fmt.Errorf("%s holds %s and %s holds %s: a sweep that is divided in two ways overlaps", first.file, part(first.Shard),
				r.file, part(r.Shard))
		}
		i := max(r.Shard.Index, 1) - 1
		if byIndex[i] != nil {
			return nil, fmt.Errorf("%s and %s overlap: both hold %s", byIndex[i].file, r.file, part(r.Shard))
		}
		byIndex[i] = r
	}
	var absent []string
	for i, r := range byIndex {
		if r == nil && Shard.Count(Shard{i + 1, of}, first.Sweep.Runs) > 0 {
			absent = append(absent, fmt.Sprintf("shard %d/%d (%s)", i+1, of, runsOf(Shard{i + 1, of}, i+1, first.Sweep.Runs)))
		}
	}
	if len(absent) > 0 {
		return nil, fmt.Errorf("not all of the sweep is there: %s %s missing", some(absent), isOrAre(len(absent)))
	}
	for i := range byIndex { // more shards than runs: those without any need no file
		if byIndex[i] == nil {
			byIndex[i] = &Reader{Sweep: first.Sweep, Shard: Shard{i + 1, of}, next: first.Sweep.Runs + 1, in: bufio.NewReader(strings.NewReader(""))}
		}
	}
	return byIndex, nil
}

// unfinished names the runs that shards lack.
func unfinished(readers []*Reader, short []bool) error {
	var lacks []string
	for i, r := range readers {
		if short[i] {
			lacks = append(lacks, fmt.Sprintf("%s (%s)", r.file, runsOf(r.Shard, r.next, r.Sweep.Runs)))
		}
	}
	return fmt.Errorf("not all runs are there; missing: %s. Play them with --resume", some(lacks))
}

// runsOf names the runs of a shard from one on: "run 4", "runs 4, 7 and 10", "335 runs: 4, 7, 10, ...".
func runsOf(s Shard, from, runs int) string {
	var names []string
	n := 0
	for run := from; run <= runs; run = s.Next(run) {
		if n++; len(names) < 3 {
			names = append(names, count(run))
		}
	}
	switch {
	case n == 1:
		return "run " + names[0]
	case n <= 3:
		return "runs " + strings.Join(names, ", ")
	}
	return fmt.Sprintf("%d runs: %s, ...", n, strings.Join(names, ", "))
}

// some lists words, of many the first ones.
func some(words []string) string {
	const most = 8
	if len(words) > most {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %d more", len(words)-most)
	}
	return strings.Join(words, ", ")
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
