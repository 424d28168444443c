package domains

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Genius: a domain is a <negotiation_template> with <issue> elements, a profile a <utility_space> that repeats them with
// an evaluation each and has <weight>s beside them. The utility of a deal is the sum over issues of the weight times the
// evaluation: of a discrete value its evaluation divided by the issue's greatest, of a number a function of it.
//
// NegMAS reads and writes the same files in another way: evaluations are not divided, a function of a number is one of the
// number itself and is not kept between 0 and 1, and a weight without an issue is what every deal is worth besides.

type genius struct {
	d       *Domain
	o       *Options
	index   map[string]int  // from Genius's number of an issue to its place
	groups  map[string]bool // numbers of objectives
	raw     bool            // as NegMAS reads the files
	several bool            // there are several domains among the files, so a profile may be one of another's
}

// xmlFile is a file of Genius.
type xmlFile struct {
	name string
	root *element
	rank int
}

func (f *xmlFile) stem() string { return strings.TrimSuffix(f.name, filepath.Ext(f.name)) }

// geniusFiles reads a domain and its profiles, in the order of their names.
func geniusFiles(d *Domain, files []file, o *Options) error {
	g := &genius{d: d, o: o, index: map[string]int{}, groups: map[string]bool{}, raw: d.Format == NegMAS}
	domain, profiles, err := g.sort(files)
	if err != nil {
		return err
	}
	if domain == nil {
		if len(profiles) == 0 {
			return fmt.Errorf("there is no Genius domain: none of the XML files has <negotiation_template> at its root")
		}
		domain = &profiles[0]
		d.lose(domain.name, "there is no domain file: the issues are those of this profile")
	} else {
		d.Files = append(d.Files, domain.name)
	}
	d.Name = domain.stem()
	if err := g.issues(domain.name, domain.root); err != nil {
		return err
	}
	for i := range profiles {
		if err := g.take(&profiles[i]); err != nil {
			return fmt.Errorf("%s: %w", profiles[i].name, err)
		}
	}
	return nil
}

// sort finds the domain and the profiles that are wanted among files.
func (g *genius) sort(files []file) (domain *xmlFile, profiles []xmlFile, err error) {
	named := false
	for _, f := range files {
		if strings.HasSuffix(strings.ToLower(f.name), "pareto.xml") {
			continue // what Genius computed from a domain
		}
		root, err := readXML(f.src)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", f.name, err)
		}
		x := xmlFile{name: f.name, root: root}
		switch root.name {
		case "negotiation_template", "domain":
			switch {
			case domain != nil && !f.named && !named:
				return nil, nil, fmt.Errorf("%s and %s are both domains: name the file of one of them", domain.name, f.name)
			case domain != nil:
				g.several = true
			}
			if domain == nil || f.named {
				domain, named = &x, named || f.named
			}
		case "utility_space":
			var wanted bool
			if x.rank, wanted = g.o.takes(f.name, ""); wanted {
				profiles = append(profiles, x)
			}
		default:
			if f.named {
				return nil, nil, fmt.Errorf("%s: the root element is <%s>, neither a domain (<negotiation_template>) nor a profile (<utility_space>)", f.name, clip(root.name))
			}
		}
	}
	return domain, profiles, nil
}

// take adds a profile to the domain, unless it says nothing or is one of another domain.
func (g *genius) take(f *xmlFile) error {
	if !evaluates(f.root) && f.rank < 0 {
		g.d.lose(f.name, "it evaluates no value, as a template that is still to be filled in: it is left out, not a party")
		return nil
	}
	p, err := g.profile(f)
	if other, ok := err.(*otherDomain); ok && g.several && f.rank < 0 {
		g.d.lose(f.name, "%v: it is left out as a profile of another domain", other)
		return nil
	}
	if err != nil {
		return err
	}
	g.d.Files = append(g.d.Files, f.name)
	g.d.Profiles = append(g.d.Profiles, *p)
	return nil
}

// evaluates reports whether a profile says of anything what it is worth.
func evaluates(root *element) bool {
	found := false
	root.each("item", func(e *element) { found = found || evaluation(e) != "" })
	for _, name := range []string{"evaluator", "hyperrectangle"} {
		root.each(name, func(*element) { found = true })
	}
	return found
}

// evaluation is what an item is said to be worth, "" if nothing is said.
func evaluation(item *element) string {
	if text := item.attr["evaluation"]; text != "null" {
		return text
	}
	return ""
}

// otherDomain says that a profile speaks of what its domain doesn't have.
type otherDomain struct{ text string }

func (e *otherDomain) Error() string { return e.text }

func other(format string, args ...any) error { return &otherDomain{fmt.Sprintf(format, args...)} }
