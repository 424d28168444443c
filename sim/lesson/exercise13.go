package lesson

import (
	"fmt"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim"
)

// Exercise 13: the snapshot that never ends (hashicorp/raft#697). A run in which it happens takes long, so the first seed
// is played alone.

// restless finds where a run's machines first did not come to rest after the lines were back, -1 if they always did. That an
// election took longer than others is not looked at.
func (r *run) restless() int {
	back := r.Scenario.Start.Add(4 * terms.Day)
	return r.find(func(it *sim.Item) bool { return it.Kind == sim.ItemUnsettled && it.At >= back })
}

// loops plays a text, and returns the first run in which the machines do not come to rest.
func (s *sheet) loops(text string) *run {
	all := s.options.Seeds
	s.options.Seeds = 1
	runs := s.playsText(text)
	s.options.Seeds = all
	if len(runs) == 1 && runs[0].restless() < 0 {
		delete(s.cache, text)
		s.runs--
		runs = s.playsText(text)
	}
	for i := range runs {
		if runs[i].restless() >= 0 {
			return &runs[i]
		}
	}
	return nil
}

func loopRest(s *sheet) *fault {
	if f := s.frozen(partCapitals, partScript, partHorizon, partMachines); f != nil {
		return f
	}
	if r := s.loops(string(s.files[s.lesson.Edit])); r != nil {
		i := r.restless()
		return s.fault("loops", r.moment(i), "day", r.day(r.Timeline[i].At), "text", r.Timeline[i].Text, "snapshots", r.Raft.Snapshots)
	}
	return nil
}

// loopLonger has six entries on the side that is cut off, and five on the other.
func loopLonger(s *sheet) *fault {
	text := s.scripted([]string{
		"{at: 1h, say: Good morning, by: [everyone, bern, oslo, accra, doha, lima]}",
		"{at: 1d, partition: [cut-off, [london, warsaw, rome]], settle: false}",
		"{at: 1d, say: We go on, by: [paris, bern, oslo, accra, doha], settle: false}",
		"{at: 1d, say: All of us, by: lima}",
		"{at: 2d, say: Where is Paris, by: [london, warsaw, rome]}",
		"{at: 2d1h, say: Nobody knows, by: london}",
		"{at: 4d, heal: everything}",
		"{at: 5d, say: Good to see you, by: rome}",
	})
	if text == "" {
		s.fail(&InputError{fmt.Errorf("%s: keep the blocks of the file as they were given, each key at the start of its line",
			inFolder(s.options.Folder, s.lesson.Edit))})
		return nil
	}
	if r := s.loops(text); r != nil {
		i := r.restless()
		trailing := "The default"
		if n := s.mine.Machines.TrailingLogs; n != nil {
			trailing = fmt.Sprint(*n)
		}
		return s.fault("longer-loops", r.moment(i), "day", r.day(r.Timeline[i].At), "text", r.Timeline[i].Text,
			"snapshots", r.Raft.Snapshots, "stale", "six", "trailing", trailing)
	}
	return nil
}
