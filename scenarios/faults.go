package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-sim/parley/node/terms"
)

// maxLinks bounds how many links the faults of a file name in all, those between the members of groups counted.
const maxLinks = 500_000

// maxSlow bounds by how much a link is slowed.
const maxSlow = time.Hour

// everything is what heal takes to heal all.
var everything = []string{"everything", "all", "true"}

// fault reads what happens to machines and lines.
func (p *parser) fault(k FaultKind, f fields) *Fault {
	out := &Fault{Kind: k}
	v, _ := f.get(string(k))
	if v.kind == null && k != FaultHeal {
		p.problem(v.key, v.path, "", "say what to %s", k)
		return out
	}
	switch k {
	case FaultCut:
		if v.kind == scalar {
			p.wrong(v, "a line has two ends: cut: [%s, ...]; to cut one capital off, write isolate: %s", v.text, v.text)
			return out
		}
		out.Links = p.linksOf(v)
	case FaultHold, FaultRelease:
		out.Links = p.linksOf(v)
	case FaultHeal:
		p.heal(out, v)
	case FaultPartition:
		p.partition(out, v)
	case FaultSlow:
		var by value
		out.Links, by = p.linksWith(f, v, "slow", "by", "by how much: by: 200ms")
		if by.node != nil {
			out.By = p.delay(by)
		}
	case FaultDrop:
		var rate value
		out.Links, rate = p.linksWith(f, v, "drop", "rate", "which part of the messages: rate: 30%")
		if rate.node != nil {
			out.Rate = p.rate(rate)
		}
	default: // isolate, crash, restart, wipe, chair
		out.Capitals = p.someCapitals(v)
		if k == FaultChair {
			p.chair(v, out.Capitals)
		}
	}
	return out
}

func (p *parser) chair(v value, ids []string) {
	if len(ids) > 1 {
		p.wrong(v, "one capital leads at a time; name one")
		return
	}
	for _, id := range ids {
		if c := p.scenario.Charter.Capital(id); !c.Votes() {
			p.wrong(v, "%s does not vote in Raft, so it cannot lead", id)
		}
	}
}

// linksOf reads one link, [a, b] or {from: a, to: b}, a list of them, or all links of a capital. Where a group stands, all
// its members do.
func (p *parser) linksOf(v value) []Link {
	switch v.kind {
	case scalar:
		ends := p.capitalsNamed(v)
		return p.between(v, ends, p.capitalWords(false), true)
	case mapping:
		if x, ok := (fields{value: v, p: p}).get("link"); ok && len(v.entries) == 1 {
			return p.linksOf(x)
		}
		f, _ := p.fields(v, "a link", "oneWay")
		return p.oneWay(f)
	case list:
		nested := slices.ContainsFunc(v.items, func(n *node) bool { return n.kind != scalar })
		if nested {
			var all []Link
			for i := range v.items {
				x := v.at(i)
				if x.kind == scalar {
					p.wrong(x, "a list of links holds pairs: [[a, b], [c, d]]")
					continue
				}
				all = append(all, p.linksOf(x)...)
			}
			return all
		}
		if len(v.items) != 2 {
			p.wrong(v, "a link has two ends, [a, b]; for several, write [[a, b], [c, d]]")
			return nil
		}
		return p.between(v, p.capitalsNamed(v.at(0)), p.capitalsNamed(v.at(1)), true)
	}
	p.wrong(v, "a link goes here: [a, b], or {from: a, to: b} for one way")
	return nil
}

func (p *parser) oneWay(f fields) []Link {
	from, ok := f.need("from", "the end that sends")
	to, fine := f.need("to", "the end that receives")
	if !ok || !fine {
		return nil
	}
	return p.between(f.value, p.someCapitals(from), p.someCapitals(to), false)
}

// between lists the links from each of as to each of bs, and back if both ways.
func (p *parser) between(v value, as, bs []string, both bool) []Link {
	if len(as) == 0 || len(bs) == 0 {
		return nil // reported
	}
	if p.links += 2 * len(as) * len(bs); p.links > maxLinks {
		if p.links-2*len(as)*len(bs) <= maxLinks {
			p.wrong(v, "with the members of its groups, the file names more than %d links", maxLinks/2)
		}
		return nil
	}
	var all []Link
	seen := map[Link]bool{}
	add := func(a, b string) {
		if l := (Link{a, b}); a != b && !seen[l] {
			seen[l] = true
			all = append(all, l)
		}
	}
	for _, a := range as {
		for _, b := range bs {
			add(a, b)
			if both {
				add(b, a)
			}
		}
	}
	if len(all) == 0 {
		p.wrong(v, "a capital has no link to itself")
	}
	return all
}

// linksWith reads {slow: {link: [a, b], by: 200ms}} and {slow: [a, b], by: 200ms}, and returns the links and what
// stands under key.
func (p *parser) linksWith(step fields, v value, name, key, what string) ([]Link, value) {
	holder, links := step, v
	if v.kind == mapping {
		f, _ := p.fields(v, name, name)
		if x, ok := f.get("link"); ok {
			links = x
			if f.has("from") || f.has("to") {
				p.wrong(v, "name the link once: link: [a, b], or from: a and to: b")
			}
		} else if !f.has("from") && !f.has("to") {
			p.problem(v.pos, v.path, "", "say on which link: link: [a, b]")
			links = value{}
		} else {
			links = value{}
			ends := p.oneWay(f)
			x, _ := p.beside(step, f, key, what)
			return ends, x
		}
		holder = f
	}
	x, _ := p.beside(step, holder, key, what)
	if links.node == nil {
		return nil, x
	}
	return p.linksOf(links), x
}

// beside finds a key in a fault's own mapping, or else beside the verb.
func (p *parser) beside(step, own fields, key, what string) (value, bool) {
	if x, ok := own.get(key); ok && x.kind != null {
		return x, true
	}
	if x, ok := step.get(key); ok && x.kind != null {
		return x, true
	}
	if _, ok := own.need(key, what); !ok {
		return value{}, false
	}
	return value{}, false
}

// heal reads a link, a capital or everything. Two words are a link.
func (p *parser) heal(out *Fault, v value) {
	switch {
	case v.kind == null, v.kind == scalar && slices.Contains(everything, v.text):
	case v.kind == scalar:
		out.Capitals = p.someCapitals(v)
	case v.kind == list && len(v.items) != 2 && !slices.ContainsFunc(v.items, func(n *node) bool { return n.kind != scalar }):
		out.Capitals = p.someCapitals(v)
	default:
		out.Links = p.linksOf(v)
	}
}

// partition reads the sides between which all links are cut: [[kyiv, paris], [moscow]].
func (p *parser) partition(out *Fault, v value) {
	if v.kind != list || len(v.items) < 2 {
		p.wrong(v, "a partition has two sides or more: [[a, b], [c]]")
		return
	}
	side := map[string]int{}
	for i := range v.items {
		x := v.at(i)
		ids := p.someCapitals(x)
		for _, id := range ids {
			if before, twice := side[id]; twice && before != i {
				p.wrong(x, "%s is on two sides", id)
				return
			}
			side[id] = i
		}
		out.Sides = append(out.Sides, ids)
	}
	var left []string
	for _, id := range p.capitalWords(false) {
		if _, listed := side[id]; !listed {
			left = append(left, id)
		}
	}
	if len(left) > 0 {
		p.warn(v, "%s: on no side, so still connected with all", listed(left, "and"))
	}
}

// delay reads a length of Raft time, such as 200ms.
func (p *parser) delay(v value) time.Duration {
	t, ok := p.word(v)
	if !ok {
		return 0
	}
	d, err := time.ParseDuration(t)
	switch {
	case err != nil:
		p.wrong(v, "%s is not a delay such as 200ms or 1.5s: messages live in Raft time, not in days", quote(t))
	case d <= 0 || d > maxSlow:
		p.wrong(v, "a delay is more than 0 and at most %s", maxSlow)
	}
	return d
}

// rate reads the part of the messages that is lost: 30% or 0.3.
func (p *parser) rate(v value) float64 {
	t, ok := p.word(v)
	if !ok {
		return 0
	}
	n, err := parseShare(t, false)
	if err != nil || n <= 0 || n > terms.One {
		p.wrong(v, "%s is not a rate: it is more than 0 and at most 1, such as 30%% or 0.3", quote(t))
	}
	return float64(n) / float64(terms.One)
}

// String writes the fault as a person would: "cut kyiv - moscow".
func (f *Fault) String() string {
	var b strings.Builder
	b.WriteString(string(f.Kind))
	switch {
	case len(f.Sides) > 0:
		sides := make([]string, len(f.Sides))
		for i, s := range f.Sides {
			sides[i] = listed(s, "and")
		}
		b.WriteString(" " + strings.Join(sides, " | "))
	case len(f.Capitals) > 0:
		b.WriteString(" " + listed(f.Capitals, "and"))
	case len(f.Links) > 0:
		b.WriteString(" " + listed(linkWords(f.Links), "and"))
	default:
		b.WriteString(" everything")
	}
	if f.By > 0 {
		fmt.Fprintf(&b, " by %s", f.By)
	}
	if f.Rate > 0 {
		fmt.Fprintf(&b, " at %g%%", f.Rate*100)
	}
	return b.String()
}

// linkWords writes links, those that go both ways once: "kyiv - moscow", "kyiv > moscow".
func linkWords(links []Link) []string {
	has := make(map[Link]bool, len(links))
	for _, l := range links {
		has[l] = true
	}
	var words []string
	for _, l := range links {
		switch back := (Link{l.To, l.From}); {
		case !has[l]:
		case has[back]:
			words = append(words, l.From+" - "+l.To)
			delete(has, back)
			delete(has, l)
		default:
			words = append(words, l.From+" > "+l.To)
			delete(has, l)
		}
	}
	return words
}
