package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/terms"
)

const (
	lookEvery  = 500 * time.Millisecond
	lookWithin = time.Second // a capital that takes longer is shown as not answering
)

// scene is how a conference stands.
type scene struct {
	capitals []standing
	leader   string // "" is nobody
	raftTerm uint64
	applied  uint64 // the highest index that anybody has applied
	moves    uint64
	now      terms.Instant
	plans    []terms.PlanView
}

// standing is how one capital stands.
type standing struct {
	id     string
	role   terms.Role
	status *api.Status // nil: it does not answer
	fallen string      // how its process ended
}

// look asks every capital how it stands, and the one that has applied most about the plans.
func look(ctx context.Context, c *conference, all []*delegate, capitals running) *scene {
	s := &scene{capitals: make([]standing, len(all))}
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	_ = atOnce(indices(c.configs), func(i int) error { // who does not answer is shown so
		id := c.configs[i].Capital
		s.capitals[i] = standing{id: id, role: c.role(id), fallen: capitals.fallen(id)}
		if status, err := all[i].client.Status(ctx); err == nil {
			s.capitals[i].status, s.capitals[i].fallen = &status, "" // somebody may have started it again
		}
		return nil
	})
	best := -1
	for i := range s.capitals {
		st := s.capitals[i].status
		if st == nil {
			continue
		}
		if best < 0 || st.AppliedIndex > s.applied {
			best, s.applied, s.moves, s.now = i, st.AppliedIndex, st.Sequence, st.Now
		}
		// A capital that leads no more may not know it yet: the highest Raft term counts.
		if st.State == "Leader" && st.RaftTerm >= s.raftTerm {
			s.leader = st.Capital
		} else if st.RaftTerm > s.raftTerm {
			s.leader = ""
		}
		s.raftTerm = max(s.raftTerm, st.RaftTerm)
	}
	if best >= 0 {
		if list, err := all[best].client.Plans(ctx, node.Local); err == nil {
			s.plans = list.Plans
		}
	}
	return s
}

// live shows how the conference stands until ctx ends, which is no error, or no capital is left, which is one.
func (e *env) live(ctx context.Context, c *conference, o *upOptions, all []*delegate, capitals running) error {
	view := e.newView()
	defer view.end()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	ended := capitals.allEnded()
	for {
		if s := look(ctx, c, all, capitals); ctx.Err() == nil { // else those that did not answer were not asked in earnest
			if err := view.show(s); err != nil {
				return err
			}
		}
		select {
		case <-ticker.C:
			continue
		case <-ctx.Done():
		case <-ended:
			if ctx.Err() == nil { // show how they ended
				return errors.Join(view.show(look(ctx, c, all, capitals)), errors.New("no capital is left"))
			}
		}
		if o.dev {
			return view.say("stopping; nothing of it stays")
		}
		return view.say("stopping; parley up --data " + relative(c.folder) + " resumes")
	}
}

// view shows scenes, one after the other.
type view interface {
	show(*scene) error
	say(text string) error
	end() // gives the terminal back
}

func (e *env) newView() view {
	if fd, ok := terminal(e.stdout); ok && os.Getenv("TERM") != "dumb" {
		return &screen{env: e, fd: fd, colour: e.colour("auto")}
	}
	return &lines{env: e, told: map[string]string{}}
}

// screen draws each scene over the last one, on a terminal.
type screen struct {
	env    *env
	fd     int
	colour bool
	drawn  int // lines
}

const (
	hideCursor, showCursor = "\x1b[?25l", "\x1b[?25h"
	clearLine, clearBelow  = "\x1b[K", "\x1b[J"
	bold, green, red       = "\x1b[1m", "\x1b[32m", "\x1b[31m"
	plainText              = "\x1b[0m"
)

func (v *screen) show(s *scene) error {
	wide, high, err := term.GetSize(v.fd)
	if err != nil || wide <= 0 || high <= 0 {
		wide, high = 80, 24
	}
	// One write a frame, without clearing first, so that nothing flickers.
	var b strings.Builder
	b.WriteString(hideCursor)
	if v.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", v.drawn)
	}
	b.WriteByte('\r')
	text := strings.Split(strings.TrimRight(s.draw(v.colour), "\n"), "\n")
	if len(text) > high-1 && high > 2 { // what has scrolled away could not be drawn over
		text = append(text[:high-2], fmt.Sprintf("... and %d lines more", len(text)-high+2))
	}
	for _, line := range text {
		b.WriteString(ansi.Truncate(line, min(wide, maxWidth)-1, "…") + clearLine + "\n")
	}
	b.WriteString(clearBelow)
	v.drawn = len(text)
	return v.env.print(b.String())
}

func (v *screen) say(text string) error { return v.env.print("\n" + text + "\n") }

func (v *screen) end() { _ = v.env.print(showCursor) }

// draw sets a scene for a terminal.
func (s *scene) draw(colour bool) string {
	paint := func(code, text string) string {
		if !colour {
			return text
		}
		return code + text + plainText
	}
	leader := paint(red, "nobody leads")
	if s.leader != "" {
		leader = "leader " + paint(bold, s.leader)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, Raft term %d, applied %d, %s", leader, s.raftTerm, s.applied, counted(int(s.moves), "move"))
	if s.moves > 0 {
		fmt.Fprintf(&b, ", %s", s.now)
	}
	b.WriteString("\n\n")
	rows := [][]string{{"CAPITAL", "STATE", "RAFT TERM", "APPLIED", "MOVES"}}
	for i := range s.capitals {
		c := &s.capitals[i]
		state, code := c.state()
		row := []string{c.id, paint(code, state)}
		if c.status != nil {
			row = append(row, fmt.Sprint(c.status.RaftTerm), fmt.Sprint(c.status.AppliedIndex), fmt.Sprint(c.status.Sequence))
		}
		rows = append(rows, row)
	}
	b.WriteString(table(rows))
	b.WriteByte('\n')
	if len(s.plans) == 0 {
		b.WriteString("no plan has been proposed\n")
	}
	for i := range s.plans {
		b.WriteString(planLine(&s.plans[i]) + "\n")
	}
	return b.String()
}

// state names a capital's part, with its colour.
func (c *standing) state() (name, code string) {
	switch {
	case c.fallen != "":
		return "down: " + c.fallen, red
	case c.status == nil:
		return "no answer", red
	case c.status.State == "Leader":
		return "leader", green
	}
	return strings.ToLower(c.status.State), plainText
}

// planLine writes "truce: version 2, open at drafting, pending".
func planLine(p *terms.PlanView) string {
	line := fmt.Sprintf("%s: version %d, %s", p.ID, p.Version, p.Outcome)
	if p.Outcome == terms.Open {
		line += fmt.Sprintf(" at %s, %s", p.Stage, p.Verdict)
		for _, v := range p.Vetoes {
			line += ", vetoed by " + v.Capital
		}
	}
	if p.Agreement != nil {
		line += ", " + string(p.Agreement.Status)
	}
	return line
}

// lines tells of what has changed, where standard output is no terminal.
type lines struct {
	env  *env
	told map[string]string // the last line about each thing
}

func (v *lines) show(s *scene) error {
	var b strings.Builder
	tell := func(about, text string) {
		if v.told[about] != text {
			v.told[about] = text
			b.WriteString(text + "\n")
		}
	}
	if s.leader == "" {
		tell("leader", "nobody leads")
	} else {
		tell("leader", fmt.Sprintf("leader %s, Raft term %d", s.leader, s.raftTerm))
	}
	for i := range s.capitals {
		c := &s.capitals[i]
		state, _ := c.state()
		switch {
		case c.status == nil:
			tell(c.id, c.id+": "+state)
		case v.told[c.id] != "":
			tell(c.id, c.id+": it runs")
		}
	}
	for i := range s.plans {
		tell("plan "+s.plans[i].ID, planLine(&s.plans[i]))
	}
	if b.Len() == 0 {
		return nil
	}
	return v.env.print(b.String())
}

func (v *lines) say(text string) error { return v.env.print(text + "\n") }

func (v *lines) end() {}
