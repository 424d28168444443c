package scenarios

import (
	"slices"
	"strings"
	"unicode"

	"github.com/parley-sim/parley/node/terms"
)

// Everyone is the group of all capitals but observers. It needs no definition.
const Everyone = "everyone"

var roles = []string{string(terms.Belligerent), string(terms.Guarantor), string(terms.Mediator), string(terms.Observer)}

// notCapitals are words that mean something else where a capital could stand.
var notCapitals = []string{Everyone, "everything", "all", "scripted"}

// capitals reads the conference's members: capitals: {moscow: {role: belligerent}}.
func (p *parser) capitals(f fields) {
	v, ok := f.need("capitals", "the parties, such as {kyiv: {role: belligerent}, paris: {}}")
	if !ok {
		return
	}
	c := &p.scenario.Charter
	voters := 0
	for _, e := range p.pairs(v, "capitals are a mapping from ids, such as {kyiv: {role: belligerent}}") {
		id, ok := p.id(v.of(e), "a capital's id")
		if !ok {
			continue
		}
		if slices.Contains(notCapitals, id) {
			p.wrong(v.of(e), "%s has a meaning of its own; call the capital something else", id)
		}
		capital, sheet := p.capital(id, v.under(e))
		if capital.Votes() {
			voters++
		}
		if capital.Role != terms.Observer {
			p.everyone = append(p.everyone, id)
		}
		c.Capitals = append(c.Capitals, capital)
		p.roles[id] = capital.Role
		p.sheets = append(p.sheets, sheet)
	}
	switch {
	case len(c.Capitals) == 0 && v.kind == mapping:
		p.wrong(v, "a conference has one capital or more")
	case voters == 0 && len(c.Capitals) > 0:
		p.wrong(v, "no capital votes in Raft: one or more must be neither an observer nor voter: false")
	}
}

func (p *parser) capital(id string, v value) (terms.Capital, fields) {
	c := terms.Capital{ID: id, Name: displayName(id), Role: terms.Mediator}
	if v.kind == null {
		return c, fields{p: p}
	}
	f, ok := p.fields(v, "a capital", "capital")
	if !ok {
		return c, fields{p: p}
	}
	if name := p.textOf(f, "name"); name != "" {
		c.Name = name
	}
	if r, ok := f.get("role"); ok {
		if role, ok := p.among(r, "role", roles); ok {
			c.Role = terms.Role(role)
		}
	}
	if w, ok := f.get("weights"); ok {
		for _, e := range p.pairs(w, "weights are a mapping from names to numbers, such as {votes: 10}") {
			if _, ok := p.id(w.of(e), "a weight's name"); !ok {
				continue
			}
			if e.key == terms.Members {
				p.wrong(w.of(e), "members is what a share counts without weights; give the weight another name")
			}
			if n, ok := p.number(w.under(e)); ok && n < 0 {
				p.wrong(w.under(e), "a weight is not negative")
			} else if ok {
				c.Weights = append(c.Weights, terms.Weight{Name: e.key, Value: n})
			}
		}
		slices.SortFunc(c.Weights, func(a, b terms.Weight) int { return strings.Compare(a.Name, b.Name) })
	}
	if w, ok := f.get("voter"); ok {
		is, ok := p.bool(w)
		if ok && is && c.Role == terms.Observer {
			p.wrong(w, "an observer is never a Raft voter; give it another role")
		}
		c.NonVoter = ok && !is
	}
	return c, f
}

// displayName makes "Tel Aviv" of "tel-aviv".
func displayName(id string) string {
	words := strings.FieldsFunc(id, func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	for i, w := range words {
		r := []rune(w)
		r[0] = unicode.ToUpper(r[0])
		words[i] = string(r)
	}
	return strings.Join(words, " ")
}

// groupsOf reads groups: {belligerents: [kyiv, moscow]}. A group may name others, in any order.
func (p *parser) groupsOf(f fields) {
	p.groups = map[string][]string{}
	v, ok := f.get("groups")
	if !ok {
		return
	}
	entries := p.pairs(v, "groups are a mapping from names to lists of capitals")
	open := map[string]entry{}
	for _, e := range entries {
		if _, ok := p.id(v.of(e), "a group's name"); !ok {
			continue
		}
		switch {
		case p.roles[e.key] != "":
			p.wrong(v.of(e), "%s is a capital; call the group something else", e.key)
		case slices.Contains(notCapitals, e.key):
			p.wrong(v.of(e), "%s has a meaning of its own; call the group something else", e.key)
		default:
			open[e.key] = e
		}
	}
	for _, e := range entries {
		p.group(v, e.key, open, nil)
		if members, ok := p.groups[e.key]; ok {
			p.scenario.Charter.Groups = append(p.scenario.Charter.Groups, terms.Group{Name: e.key, Capitals: members})
		}
	}
}

// group expands one group, and first those that it names. above are those that wait for it.
func (p *parser) group(v value, name string, open map[string]entry, above []string) {
	e, waiting := open[name]
	if !waiting {
		return
	}
	above = append(above, name)
	if len(above) > maxDepth {
		p.wrong(v.of(e), "groups that name groups are more than %d deep", maxDepth)
		return
	}
	for _, x := range p.items(v.under(e)) {
		if i := slices.Index(above, x.text); x.kind == scalar && i >= 0 {
			p.wrong(x, "the group names itself: %s", strings.Join(append(slices.Clone(above[i:]), x.text), ", "))
			p.groups[name] = nil
			delete(open, name)
			return
		}
		if x.kind == scalar {
			p.group(v, x.text, open, above)
		}
	}
	if _, done := p.groups[name]; done {
		return
	}
	p.groups[name] = p.capitalList(v.under(e))
	delete(open, name)
}

// maxNamed bounds how many capitals a file names in all, each member of a group counted: a thousand capitals in twenty
// thousand steps would fill the memory.
const maxNamed = 500_000

// capitalList reads a capital, a group or a list of them: each capital once, in the order of the file.
func (p *parser) capitalList(v value) []string {
	if v.kind == scalar {
		return p.capitalsNamed(v)
	}
	if v.kind != list {
		p.wrong(v, "this is a capital, a group or a list of them, not %s", v.show())
		return nil
	}
	var all []string
	seen := map[string]bool{}
	for i := range v.items {
		for _, id := range p.capitalsNamed(v.at(i)) {
			if !seen[id] {
				seen[id] = true
				all = append(all, id)
			}
		}
	}
	return all
}

// someCapitals is capitalList for a list that cannot be empty.
func (p *parser) someCapitals(v value) []string {
	if v.kind == null || v.kind == list && len(v.items) == 0 {
		p.problem(v.pos, v.path, "", "name one capital or more")
		return nil
	}
	return p.capitalList(v)
}

// capitalsNamed returns the capital or the members of the group that a word names.
func (p *parser) capitalsNamed(v value) []string {
	t, ok := p.word(v)
	if !ok {
		return nil
	}
	members, known := p.groups[t]
	switch {
	case known:
	case p.roles[t] != "":
		members = []string{t}
	case t == Everyone || t == "all":
		members = p.everyone
	default:
		p.unknown(v, t, "capital or group", p.capitalWords(true))
		return nil
	}
	if p.named += len(members); p.named > maxNamed {
		if p.named-len(members) <= maxNamed {
			p.wrong(v, "with the members of its groups, the file names capitals more than %d times", maxNamed)
		}
		return nil
	}
	return members
}

// oneCapital reads the id of a capital.
func (p *parser) oneCapital(v value) (string, bool) {
	t, ok := p.word(v)
	if !ok {
		return "", false
	}
	if p.roles[t] == "" {
		if members, group := p.groups[t]; group && len(members) == 1 {
			return members[0], true
		} else if group {
			p.wrong(v, "%s is a group; name one capital", t)
			return "", false
		}
		p.unknown(v, t, "capital", p.capitalWords(false))
		return "", false
	}
	return t, true
}

// capitalWords lists the words that name capitals, groups among them if wanted.
func (p *parser) capitalWords(groups bool) []string {
	var words []string
	for i := range p.scenario.Charter.Capitals {
		words = append(words, p.scenario.Charter.Capitals[i].ID)
	}
	if groups {
		for i := range p.scenario.Charter.Groups {
			words = append(words, p.scenario.Charter.Groups[i].Name)
		}
		words = append(words, Everyone)
	}
	return words
}

// refuseObservers records a problem for observers in a list that needs capitals with a position.
func (p *parser) refuseObservers(v value, ids []string, why string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		if p.roles[id] == terms.Observer {
			p.wrong(v, "%s is an observer: %s", id, why)
			return true
		}
		return false
	})
}
