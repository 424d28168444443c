package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/scenarios/domains"
)

// importOptions is what parley import was asked for.
type importOptions struct {
	domain   string
	out      string // a file; "" for standard output
	format   string
	profiles []string
	steps    int
	json     bool
}

// parley import DOMAIN [--output FILE] [--format genius|geniusweb|negmas|negolog] [--profile P ...] [--steps N] [--json]
func (e *env) importCommand() *cli.Command {
	var formats []string
	for _, f := range domains.Formats() {
		formats = append(formats, string(f))
	}
	return &cli.Command{
		Name:      "import",
		Usage:     "make a scenario of a negotiation domain of Genius, GeniusWeb, NegMAS or NegoLog",
		ArgsUsage: "DOMAIN",
		Description: "DOMAIN is the domain's folder, or its file with the profiles beside it. The scenario has a\n" +
			"capital a profile, with its utilities as a score sheet and its reservation value as the\n" +
			"walk-away, and plays and is analysed like any other. What could not be carried over, and\n" +
			"what has another name, is said on standard error and at the head of the file.\n" +
			"A folder may hold more profiles than negotiate at once: --profile names those that do.\n" +
			"NegMAS reads Genius's files in its own way: --format negmas does so too.\n" +
			"Exit status: 0 the scenario is written, 2 the domain or the usage is wrong.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write the scenario to file `F`, which must not exist yet", DefaultText: "standard output"},
			&cli.StringFlag{Name: "format", Usage: "read it as `F`: " + strings.Join(formats, ", "), DefaultText: "told from the files"},
			&cli.StringSliceFlag{Name: "profile", Usage: "read profile `P`, by its name or file; give it once for each, the one that opens first", DefaultText: "all"},
			&cli.IntFlag{Name: "steps", Usage: "part a range of real numbers into `N` equal steps", Value: domains.DefaultSteps},
			&cli.BoolFlag{Name: "json", Usage: "print a report as JSON, with the scenario in it unless it goes to a file", DisableDefaultText: true},
		},
		Action: func(c *cli.Context) error {
			o := importOptions{domain: c.Args().First(), out: c.String("output"), format: c.String("format"),
				profiles: c.StringSlice("profile"), steps: c.Int("steps"), json: c.Bool("json")}
			switch {
			case c.NArg() != 1:
				return usagef("import: name one domain: its folder or its file")
			case o.format != "" && !slices.Contains(formats, o.format):
				return usagef("import: --format takes %s, not %q%s", strings.Join(formats, ", "), o.format, didYouMean(o.format, formats))
			case o.steps < 1:
				return usagef("import: --steps takes a number from 1 on, not %d", o.steps)
			}
			return e.importDomain(&o)
		},
	}
}

// imported is what import --json prints.
type imported struct {
	Format   domains.Format `json:"format"`
	Scenario string         `json:"scenario"` // its id
	File     string         `json:"file,omitempty"`
	Read     []string       `json:"read"`
	Parties  int            `json:"parties"`
	Issues   int            `json:"issues"`
	Factor   json.Number    `json:"points_per_utility"`
	Lost     []domains.Loss `json:"lost"`
	Names    []domains.Name `json:"names"`
	YAML     string         `json:"yaml,omitempty"`
}

func (e *env) importDomain(o *importOptions) error {
	d, err := domains.Read(o.domain, domains.Options{Format: domains.Format(o.format), Steps: o.steps, Profiles: o.profiles})
	if err != nil {
		return usagef("import: %v", err)
	}
	id := strings.TrimSuffix(filepath.Base(o.out), filepath.Ext(o.out))
	if o.out == "" {
		id = ""
	}
	s, err := d.Scenario(id)
	if err != nil {
		return usagef("import: %s: %v", o.domain, err)
	}
	if o.out != "" {
		if err := writeNew(o.out, s.Text); err != nil {
			return err
		}
	}
	if o.json {
		r := imported{d.Format, s.ID, o.out, d.Files, len(d.Profiles), len(d.Issues), json.Number(s.Factor), d.Lost, s.Names, ""}
		if o.out == "" {
			r.YAML = string(s.Text)
		}
		r.Lost, r.Names = append([]domains.Loss{}, r.Lost...), append([]domains.Name{}, r.Names...)
		b, err := json.MarshalIndent(&r, "", "  ")
		if err != nil {
			return err
		}
		return e.print(string(b) + "\n")
	}
	e.sayImported(o, d, s)
	if o.out != "" {
		return nil
	}
	return e.print(string(s.Text))
}

// sayImported tells a person what became of the domain.
func (e *env) sayImported(o *importOptions, d *domains.Domain, s *domains.Scenario) {
	to := ""
	if o.out != "" {
		to = " to " + o.out
	}
	e.say("%s: %s, %s: written%s as %s", d.Format.Title(), counted2(len(d.Profiles), "party", "parties"), counted(len(d.Issues), "issue"), to, s.ID)
	if s.Factor != "1" {
		e.say("points are %s times the utilities", s.Factor)
	}
	if len(d.Lost) > 0 {
		e.say("what could not be carried over:")
		for _, l := range d.Lost {
			e.say("  %s: %s", displayable(l.Where), displayable(l.Text))
		}
	}
	const most = 40
	for i, n := range s.Names {
		if i == 0 {
			e.say("what has another name:")
		}
		if i == most {
			e.say("  and %d more: all are at the head of the file or in --json", len(s.Names)-most)
			break
		}
		e.say("  %s %q is %s", n.What, n.From, n.To)
	}
}

func counted2(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// displayable keeps what a terminal would obey out of a text of somebody else's file.
func displayable(s string) string {
	q := fmt.Sprintf("%+q", s)
	if q == `"`+s+`"` {
		return s
	}
	q = fmt.Sprintf("%q", s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// writeNew writes a file that must not exist yet.
func writeNew(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if os.IsExist(err) {
		return usagef("import: %s exists already; name another file", name)
	}
	if err != nil {
		return usagef("import: %v", err)
	}
	if _, err = f.Write(text); err != nil {
		_ = f.Close()
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
