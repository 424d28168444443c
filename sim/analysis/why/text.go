package why

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/report"
)

// Text writes answers for a person to read. Lines that start with "~" tell of machines, all others of politics. An error is
// the writer's.
func Text(w io.Writer, s *scenarios.Scenario, answers []*Answer, o report.Options) error {
	for i, a := range answers {
		p := &printer{Page: report.NewPage(o), words: report.WordsOf(&s.Charter), s: s, a: a}
		if i > 0 {
			p.Blank()
			p.Blank()
		}
		p.print(i == 0)
		if _, err := io.WriteString(w, p.String()); err != nil {
			return err
		}
	}
	return nil
}

// printer writes one answer.
type printer struct {
	*report.Page
	words report.Words
	s     *scenarios.Scenario
	a     *Answer
}

// The columns of the text.
const (
	margin  = "  "
	machine = "~ "
	hanging = "    "
)

func (p *printer) print(first bool) {
	a := p.a
	if first {
		p.Para(report.Faint, "", "", fmt.Sprintf("%s · seed %d", a.Scenario, a.Seed))
	}
	p.Para(report.Bold, "", "", p.heading())
	p.Blank()
	p.causes()
	if len(a.Facts) > 0 {
		p.section("What is easy to miss")
		for _, f := range a.Facts {
			p.Para(report.Plain, margin+"· ", hanging, f.Text)
		}
	}
	p.flips()
	p.tried()
}

// Para writes a paragraph in which no line ends within a word such as air-shield.jets or --limit.
func (p *printer) Para(look report.Look, lead, hang, text string) {
	p.Page.Para(look, lead, hang, strings.ReplaceAll(text, "-", "\u2011"))
}

func (p *printer) section(title string) {
	p.Blank()
	p.Para(report.Bold, "", "", title)
}

// heading says what became of the plan.
func (p *printer) heading() string {
	a := p.a
	name := a.Plan
	if a.Title != "" {
		name += " (" + a.Title + ")"
	}
	switch {
	case !a.Proposed:
		return name + " was never proposed"
	case a.Unknown:
		return name + " is open: for a technical reason its outcome is unknown"
	case a.DecidedAt == nil:
		return fmt.Sprintf("%s is open at the end, in stage %s, version %d", name, a.Stage, a.Version)
	}
	text := name + ": " + strings.ToUpper(string(a.Outcome))
	if a.Agreement != "" {
		text += ", " + map[terms.Status]string{terms.Awaiting: "awaiting what it requires", terms.InForce: "in force", terms.Expired: "expired in its time",
			terms.Collapsed: "collapsed"}[a.Agreement]
	}
	return text + fmt.Sprintf("; decided on %s in stage %s, version %d", p.words.When(*a.DecidedAt), a.Stage, a.Version)
}

// causes writes the chain, day by day.
func (p *printer) causes() {
	width := 0
	for _, c := range p.a.Causes {
		width = max(width, len(p.day(c.At)))
	}
	last := ""
	for _, c := range p.a.Causes {
		mark, look := margin, report.Plain
		if c.Kind == Technical {
			mark, look = machine, report.Faint
		}
		day := p.day(c.At)
		if day == last {
			day = ""
		} else {
			last = day
		}
		p.Para(look, mark+fmt.Sprintf("%-*s  ", width, day), mark+strings.Repeat(" ", width+2), c.Text)
	}
}

func (p *printer) day(at terms.Instant) string { return fmt.Sprintf("day %d", p.words.Day(at)) }

// flips writes what would have flipped it, by size.
func (p *printer) flips() {
	a := p.a
	p.section(a.Goal.Text)
	if len(a.Flips) == 0 {
		p.Para(report.Unsure, margin, margin, "Nothing within reach flips it.")
		return
	}
	size, n := 0, 0
	for i := 0; i < len(a.Flips); {
		f := &a.Flips[i]
		if f.Size != size {
			size = f.Size
			p.Para(report.Faint, margin, margin, sizeWords(size)+":")
		}
		alike := 1
		for i+alike < len(a.Flips) && f.alike(&a.Flips[i+alike]) {
			alike++
		}
		if group := a.Flips[i : i+alike]; alike >= 3 && p.together(group, n+1) {
			n++
			i += alike
			continue
		}
		n++
		p.flip(f, n)
		i++
	}
}

func sizeWords(n int) string {
	words := []string{"", "One change", "Two changes together", "Three changes together", "Four changes together"}
	if n < len(words) {
		return words[n]
	}
	return fmt.Sprintf("%d changes together", n)
}

// flip writes one flip.
func (p *printer) flip(f *Flip, n int) {
	number := fmt.Sprintf("%4d. ", n)
	indent := strings.Repeat(" ", len(number))
	parts := p.parts(f.Changes)
	for i, part := range parts {
		lead, text := number, capital(p.s, part.text)
		if i > 0 {
			lead, text = indent, "and "+part.text
		}
		look := report.Plain
		if part.technical {
			lead, look = "~"+lead[1:], report.Faint
		}
		p.Para(look, lead, indent, text+ending(i, len(parts)))
		p.Para(report.Faint, indent+"  ", indent+"    ", p.where(&part.where))
	}
	p.Para(report.Good, indent+"→ ", indent+"  ", p.after(f))
}

// part is one change of a flip as it is written, or several alike ones of different capitals.
type part struct {
	text      string
	where     Where
	technical bool
}

func (p *printer) parts(changes []Change) []part {
	var parts []part
	done := map[int]bool{}
	for i, c := range changes {
		if done[i] {
			continue
		}
		one := part{c.Text, c.Where, c.Kind == KindFault}
		var who []string
		for j, o := range changes {
			if j >= i && o.shape == c.shape && strings.HasPrefix(c.shape, "%s ") && len(o.Capitals) == 1 {
				who = append(who, o.Capitals[0])
				done[j] = true
				if j > i {
					one.where = joined(one.where, o.Where)
				}
			}
		}
		if len(who) > 1 {
			names := make([]string, len(who))
			for k, id := range who {
				names[k] = p.words.Name(id)
			}
			one.text = strings.Replace(c.shape, "%s", "each of "+report.Join(names, "and"), 1)
		}
		parts = append(parts, one)
	}
	return parts
}

// joined says how two alike changes are written: as one step where they differ in who makes it only.
func joined(a, b Where) Where {
	if a.Path == b.Path && a.Write == b.Write {
		return a
	}
	front, by, ok := strings.Cut(a.Write, ", by: ")
	other, second, too := strings.Cut(b.Write, ", by: ")
	if ok && too && front == other && a.How == b.How && !strings.Contains(a.Write+b.Write, "\n") {
		who := func(s string) string { return strings.Trim(strings.TrimSuffix(s, "}"), "[]") }
		a.Write = front + ", by: [" + who(by) + ", " + who(second) + "]}"
		return a
	}
	a.Write += "\n" + b.Write
	return a
}

func ending(i, n int) string {
	if i == n-1 {
		return "."
	}
	return ""
}

// together writes alike flips as one where any so many of some capitals will do, or where each is about one capital, whoever
// it is; it reports false where neither is so.
func (p *printer) together(group []Flip, n int) bool {
	f := &group[0]
	var varies, fixed []Change
	for _, c := range f.Changes {
		same := !slices.ContainsFunc(group, func(g Flip) bool {
			return !slices.ContainsFunc(g.Changes, func(o Change) bool { return o.Text == c.Text })
		})
		if same {
			fixed = append(fixed, c)
		} else {
			varies = append(varies, c)
		}
	}
	if len(varies) == 0 {
		return false
	}
	var who []string
	one, alike := true, true // each flip is about one capital; all that varies is the same change
	for i := range group {
		var own []string
		for _, c := range group[i].Changes {
			if slices.ContainsFunc(fixed, func(o Change) bool { return o.Text == c.Text }) {
				continue
			}
			if len(c.Capitals) != 1 || !strings.Contains(c.shape, "%s") {
				return false
			}
			alike = alike && c.shape == varies[0].shape
			own = append(own, c.Capitals[0])
		}
		slices.Sort(own)
		one = one && len(slices.Compact(slices.Clone(own))) == 1
		for _, id := range own {
			if !slices.Contains(who, id) {
				who = append(who, id)
			}
		}
	}
	many := alike && strings.HasPrefix(varies[0].shape, "%s ") && choose(len(who), len(varies)) == len(group)
	if !many && !(one && len(who) == len(group)) && !(alike && len(varies) == 1 && len(who) == len(group)) {
		return false
	}
	p.any(f, n, who, varies, fixed, len(group))
	return true
}

// any writes a group of flips: any so many of some capitals, and what stays the same.
func (p *printer) any(f *Flip, n int, who []string, varies, fixed []Change, ways int) {
	names := make([]string, len(who))
	for i, id := range who {
		names[i] = p.words.Name(id)
	}
	number := fmt.Sprintf("%4d. ", n)
	indent := strings.Repeat(" ", len(number))
	any := "any one of " + report.Join(names, "or")
	parts := p.parts(varies)
	if len(varies) > 1 && len(parts) == 1 {
		any = fmt.Sprintf("any %d of %s: each", len(varies), report.Join(names, "and"))
	}
	for i := range parts {
		if i < len(varies) {
			parts[i].text = strings.Replace(varies[i].shape, "%s", any, 1)
		}
		any = "that capital"
	}
	for i, one := range append(parts, p.parts(fixed)...) {
		lead, text, such := number, capital(p.s, one.text), ""
		if i > 0 {
			lead, text = indent, "and "+one.text
		}
		if i < len(parts) {
			such = "such as "
		}
		p.Para(report.Plain, lead, indent, text+ending(i, len(parts)+len(p.parts(fixed))))
		p.Para(report.Faint, indent+"  ", indent+"    ", such+p.where(&one.where))
	}
	p.Para(report.Good, indent+"→ ", indent+"  ", p.after(f)+fmt.Sprintf(" (%d ways, each played)", ways))
}

// capital begins a sentence with a capital letter, unless it begins with the name of a plan or a term.
func capital(s *scenarios.Scenario, text string) string {
	word, _, _ := strings.Cut(text, " ")
	if s.Plan(word) != nil || s.Charter.Term(word) != nil {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func choose(n, k int) int {
	c := 1
	for i := range k {
		c = c * (n - i) / (i + 1)
	}
	return c
}

// alike reports whether two flips differ in their capitals only.
func (f *Flip) alike(g *Flip) bool {
	shapes := func(f *Flip) []string {
		all := make([]string, len(f.Changes))
		for i, c := range f.Changes {
			all[i] = c.shape
		}
		slices.Sort(all)
		return all
	}
	return f.Size == g.Size && len(f.Crosses) == len(g.Crosses) && f.After.Outcome == g.After.Outcome && slices.Equal(shapes(f), shapes(g))
}

// where says what to write, and where.
func (p *printer) where(w *Where) string {
	place := filepath.Base(w.File)
	if w.Line > 0 {
		place += fmt.Sprintf(":%d", w.Line)
	}
	lines := strings.Split(w.Write, "\n")
	write := strings.Join(lines, " and ")
	switch w.How {
	case adds:
		if strings.HasPrefix(w.Path, "script[") {
			return place + ", add at the end of the script: " + write
		}
		return place + ", add to " + w.Path + ": " + write
	case removes:
		return place + ", take out: " + write
	}
	return place + ", write: " + write
}

// after says what becomes of the plan, and whose lines that crosses.
func (p *printer) after(f *Flip) string {
	e := &f.After
	text := endWord(e.Outcome, "")
	if e.Outcome == terms.Lapsed {
		text = "lapsed"
	}
	if e.DecidedAt != nil {
		text += " on " + p.day(*e.DecidedAt)
		if p.a.Version > 1 || e.Version > 1 {
			text += fmt.Sprintf(", version %d", e.Version)
		}
	}
	if e.Outcome == terms.Adopted && e.Agreement != "" {
		text += strings.TrimPrefix(endWord(e.Outcome, e.Agreement), "adopted")
	}
	var crosses []string
	for i, c := range f.Crosses {
		var who []string
		for j, o := range f.Crosses {
			if o.Text == c.Text && j < i {
				who = nil
				break // it has been told with the other
			}
			if o.Text == c.Text {
				who = append(who, p.words.Name(o.Capital))
			}
		}
		switch {
		case len(who) == 1:
			crosses = append(crosses, who[0]+" ("+c.Text+")")
		case len(who) > 1:
			crosses = append(crosses, report.Join(who, "and")+" ("+strings.Replace(c.Text, "its ", "their ", 1)+")")
		}
	}
	switch {
	case len(crosses) > 0:
		text += "; crosses " + report.Join(crosses, "and")
	case len(f.Spares) > 0:
		text += "; crosses nobody's red line"
	}
	return text
}

// tried says what was tried.
func (p *printer) tried() {
	a, t := p.a, &p.a.Tried
	p.section("What was tried")
	var kinds []string
	for _, k := range Kinds() {
		if n := t.By[k]; n > 0 {
			kinds = append(kinds, report.Unbroken(kindWord(k, n)))
		}
	}
	text := fmt.Sprintf("%s: %s.", plural(t.Singles, "single change"), strings.Join(kinds, ", "))
	if t.Singles == 0 {
		text = "No change."
	}
	if t.Pairs > 0 {
		text += fmt.Sprintf(" %s of those that do not flip it alone.", plural(t.Pairs, "pair"))
	}
	if a.Exhaustive {
		text += " All of them."
	}
	if t.Screened > 0 {
		text += fmt.Sprintf(" Of these, %d with a technical fault in play were tried on the state machine alone: they take real Raft to tell, and would have taken too long.", t.Screened)
	}
	if t.Bounded > 0 {
		text += fmt.Sprintf(" Of %s not all that matter could be told.", report.Unbroken(fmt.Sprintf("%d lengths and times", t.Bounded)))
	}
	p.Para(report.Plain, margin, margin, text)
	if a.Search != "" {
		p.Para(report.Plain, margin, margin, fmt.Sprintf("Beyond two, %s (%s).", a.Search, plural(t.Larger, "set")))
	}
	text = fmt.Sprintf("%s, %d of them on real Raft.", plural(t.Plays, "run"), t.RealRuns)
	if t.Dropped > 0 {
		text += fmt.Sprintf(" %s did not hold on real Raft, and are not listed.", plural(t.Dropped, "flip"))
	}
	if t.Failed > 0 {
		text += fmt.Sprintf(" %s could not be finished, for a technical reason.", plural(t.Failed, "run"))
	}
	if more := a.Found - len(a.Flips) - t.Dropped; more > 0 {
		text += fmt.Sprintf(" %s more found and not listed: see %s.", plural(more, "flip"), report.Unbroken("--limit"))
	}
	p.Para(report.Faint, margin, margin, text)
	p.Para(report.Faint, margin, margin, "The script stays as written in all that a change leaves alone: a scripted capital answers another text as it did the old one; one with a policy goes by the policy.")
}

// kindWord counts changes of a kind.
func kindWord(k Kind, n int) string {
	if k == KindFault {
		return plural(n, "fault") + " less"
	}
	one, more := "other "+string(k), ""
	switch k {
	case KindVeto:
		one, more = "veto", " not cast"
	case KindTime:
		one, more = "move", " at another time"
	case KindCondition:
		one, more = "condition", " dropped"
	case KindAmendment:
		one, more = "amendment", " not made"
	}
	if k == KindPolicy && n > 1 {
		return fmt.Sprintf("%d other policies", n)
	}
	return plural(n, one) + more
}
