package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
	"github.com/xrash/smetrics"
)

// arrange puts a command line into the order that urfave/cli v2 understands: flags first, then "--", then files. cli
// would take a flag after the first file for a file. It refuses unknown commands and flags, with the nearest known word.
func arrange(app *cli.App, args []string) ([]string, error) {
	flags, files, err := split(app.Flags, args, true)
	if err != nil || len(files) == 0 {
		return flags, err
	}
	name, rest := files[0], files[1:]
	if name == "help" || name == "h" {
		if len(rest) == 0 {
			return append(flags, "help"), nil
		}
		name, rest = rest[0], []string{"--help"}
	}
	cmd := app.Command(name)
	if cmd == nil {
		var known []string
		for _, c := range app.Commands {
			known = append(known, c.Names()...)
		}
		return nil, usagef("there is no command %q%s", name, didYouMean(name, known))
	}
	own, files, err := split(cmd.Flags, rest, false)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(own, func(f string) bool { return f == "-h" || f == "--help" || f == "-help" }) {
		return append(flags, name, "--help"), nil // cli would look for help on the file
	}
	out := append(append(flags, name), own...)
	return append(append(out, "--"), files...), nil
}

// split parts flags with their values from the rest. If head is set, it stops at the first word that is no flag.
func split(known []cli.Flag, args []string, head bool) (flags, files []string, err error) {
	takesValue := map[string]bool{"help": false, "h": false}
	names := []string{"help"}
	for _, f := range known {
		_, isBool := f.(*cli.BoolFlag)
		for _, name := range f.Names() {
			takesValue[name] = !isBool
			names = append(names, name)
		}
	}
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			return flags, append(files, args[i+1:]...), nil
		case arg == "-" || !strings.HasPrefix(arg, "-"):
			if head {
				return flags, args[i:], nil
			}
			files = append(files, arg)
			continue
		}
		name, _, hasValue := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-"), "=")
		takes, ok := takesValue[name]
		if !ok {
			return nil, nil, usagef("there is no flag %q%s", arg, didYouMean(name, names, "--"))
		}
		flags = append(flags, arg)
		if takes && !hasValue {
			if i+1 == len(args) {
				return nil, nil, usagef("the flag %s needs a value", arg)
			}
			i++
			flags = append(flags, args[i])
		}
	}
	return flags, files, nil
}

// didYouMean names the known word that is most like the written one, or says nothing if none is.
func didYouMean(written string, known []string, prefix ...string) string {
	best, likeness := "", 0.8
	written = strings.ToLower(written)
	for _, k := range known {
		l := smetrics.JaroWinkler(written, k, 0.7, 4)
		if len(written) > 1 && smetrics.WagnerFischer(written, k, 1, 1, 1) == 1 {
			l = max(l, 0.9) // Jaro and Winkler are too strict with short words
		}
		if l > likeness {
			best, likeness = k, l
		}
	}
	if best == "" {
		return "; parley help lists what there is"
	}
	return "; did you mean " + strings.Join(prefix, "") + best + "?"
}
