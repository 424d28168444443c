package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// speaker says who speaks and where. A field is empty if nobody has said.
type speaker struct {
	As       string `json:"as,omitempty"`       // the capital that speaks
	Data     string `json:"data,omitempty"`     // the folder of the conference, or the capital's own
	API      string `json:"api,omitempty"`      // where the capital's interface is; by default as its settings say
	Identity string `json:"identity,omitempty"` // the folder with its keys; by default as its settings say
}

// contexts is the context file: speakers by name, and which of them speaks where no other is named.
type contexts struct {
	Current  string             `json:"current,omitempty"`
	Contexts map[string]speaker `json:"contexts"`
}

// contextsFile is where the contexts are: $XDG_CONFIG_HOME/parley/contexts.json.
func contextsFile() (string, error) {
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", usagef("there is no place for contexts: %v", err)
	}
	return filepath.Join(folder, "parley", "contexts.json"), nil
}

// loadContexts reads the context file. One that is not there is empty.
func loadContexts() (*contexts, error) {
	all := &contexts{Contexts: map[string]speaker{}}
	file, err := contextsFile()
	if err != nil {
		return all, nil // without a home there is no context
	}
	b, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return all, nil
	case err != nil:
		return nil, usagef("contexts: %v", err)
	}
	if err := json.Unmarshal(b, all); err != nil {
		return nil, usagef("contexts: %s: %v", file, err)
	}
	if all.Contexts == nil {
		all.Contexts = map[string]speaker{}
	}
	return all, nil
}

func (all *contexts) save() error {
	file, err := contextsFile()
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(file, append(b, '\n'))
}

// writeWhole writes a file, and its folder if need be, as a whole or not at all.
func writeWhole(file string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already if all went well
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return os.Rename(f.Name(), file)
}

// speakerFlags are the flags that say who speaks and where.
func speakerFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "as", Usage: "speak for capital `ID` (PARLEY_AS)"},
		&cli.StringFlag{Name: "data", Usage: "the conference's folder, or the capital's own: `DIR` (PARLEY_DATA)"},
		&cli.StringFlag{Name: "api", Usage: "where the capital's interface is: `HOST:PORT` (PARLEY_API)", DefaultText: "as its settings say"},
		&cli.StringFlag{Name: "identity", Usage: "the folder with the capital's keys: `DIR` (PARLEY_IDENTITY)", DefaultText: "as its settings say"},
		&cli.StringFlag{Name: "context", Usage: "take what is not said from context `NAME` (PARLEY_CONTEXT)", DefaultText: "the one in use"},
	}
}

// given is what the flags, or else the environment, say.
func given(c *cli.Context) speaker {
	of := func(flag, variable string) string {
		if c.IsSet(flag) {
			return c.String(flag)
		}
		return os.Getenv(variable)
	}
	return speaker{As: of("as", "PARLEY_AS"), Data: of("data", "PARLEY_DATA"), API: of("api", "PARLEY_API"),
		Identity: of("identity", "PARLEY_IDENTITY")}
}

// speakerOf says who speaks: as the flags say, else the environment, else the context.
func speakerOf(c *cli.Context) (speaker, error) {
	who := given(c)
	name := c.String("context")
	if !c.IsSet("context") {
		name = os.Getenv("PARLEY_CONTEXT")
	}
	all, err := loadContexts()
	if err != nil {
		return who, err
	}
	named := name != ""
	if !named {
		name = all.Current
	}
	from, known := all.Contexts[name]
	switch {
	case named && !known:
		return who, usagef("there is no context %q%s", name, didYouMean(name, slices.Collect(maps.Keys(all.Contexts))))
	case !known || who.Data != "" && who.Data != from.Data || who.API != "" || who.Identity != "":
		return who, nil // what the context says is of another place
	}
	if who.As == "" || who.As == from.As {
		who.As, who.API, who.Identity = from.As, from.API, from.Identity
	}
	who.Data = from.Data
	return who, nil
}

// parley context [list] | use NAME | set NAME --as ID --data DIR | remove NAME
func (e *env) contextCommand() *cli.Command {
	return &cli.Command{
		Name:      "context",
		Usage:     "name who speaks and where, so that it need not be said every time",
		ArgsUsage: "[list | use NAME | set NAME | remove NAME]",
		Description: "parley context set kyiv --as kyiv --data DIR, then parley context use kyiv.\n" +
			"Flags outweigh the environment (PARLEY_AS, PARLEY_DATA, PARLEY_API, PARLEY_IDENTITY),\n" +
			"and that outweighs the context in use.",
		Flags: append(speakerFlags()[:4], &cli.BoolFlag{Name: "json", Usage: "print the contexts as JSON", DisableDefaultText: true}),
		Action: func(c *cli.Context) error {
			all, err := loadContexts()
			if err != nil {
				return err
			}
			do, name := c.Args().Get(0), c.Args().Get(1)
			if do != "" && do != "list" && (name == "" || c.NArg() > 2) {
				return usagef("context %s: name one context", do)
			}
			if do == "use" || do == "remove" {
				if _, known := all.Contexts[name]; !known {
					return usagef("there is no context %q%s", name, didYouMean(name, slices.Collect(maps.Keys(all.Contexts))))
				}
			}
			switch do {
			case "", "list":
				return e.listContexts(all, c.Bool("json"))
			case "use":
				all.Current = name
			case "remove":
				delete(all.Contexts, name)
				if all.Current == name {
					all.Current = ""
				}
			case "set":
				if err := all.set(name, c); err != nil {
					return err
				}
			default:
				return usagef("context takes list, use, set or remove, not %q", do)
			}
			if err := all.save(); err != nil {
				return err
			}
			return e.listContexts(all, c.Bool("json"))
		},
	}
}

// set changes what the flags name of a context. The first context is in use at once.
func (all *contexts) set(name string, c *cli.Context) error {
	s := all.Contexts[name]
	for flag, to := range map[string]*string{"as": &s.As, "data": &s.Data, "api": &s.API, "identity": &s.Identity} {
		if !c.IsSet(flag) {
			continue
		}
		*to = c.String(flag)
		if *to != "" && (flag == "data" || flag == "identity") {
			path, err := filepath.Abs(*to)
			if err != nil {
				return err
			}
			*to = path
		}
	}
	all.Contexts[name] = s
	if all.Current == "" {
		all.Current = name
	}
	return nil
}

func (e *env) listContexts(all *contexts, asJSON bool) error {
	if asJSON {
		return e.printJSON(all)
	}
	if len(all.Contexts) == 0 {
		e.say("there are no contexts; parley context set NAME --as ID --data DIR makes one")
		return nil
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all.Contexts)) {
		s, mark := all.Contexts[name], " "
		if name == all.Current {
			mark = "*"
		}
		fmt.Fprintf(&b, "%s %s:", mark, name)
		for _, f := range []struct{ key, value string }{{"as", s.As}, {"data", s.Data}, {"api", s.API}, {"identity", s.Identity}} {
			if f.value != "" {
				fmt.Fprintf(&b, " --%s %s", f.key, f.value)
			}
		}
		b.WriteByte('\n')
	}
	return e.print(b.String())
}

// printJSON writes a value to standard output, indented.
func (e *env) printJSON(v any) error {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	return e.print(b.String())
}
