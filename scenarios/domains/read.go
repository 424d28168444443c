package domains

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Options say how a domain is read.
type Options struct {
	Format Format // "" to tell it from the files
	Steps  int    // into how many equal steps a range of real numbers is parted; 0 is DefaultSteps

	// Profiles are those to read, by their names or files; the first opens. None is all of them.
	Profiles []string

	chosen *chosen
}

// DefaultSteps is the number of steps that negotiation tools use when they make real numbers discrete.
const DefaultSteps = 10

// Bounds on files.
const (
	maxFiles = 200
	maxSize  = 4 << 20
)

// file is one that was read; named says that it was asked for by its name.
type file struct {
	name  string // the base name
	src   []byte
	named bool
}

// Read reads a domain: a folder, or a file whose folder holds the profiles. The error says which file is wrong and how.
func Read(name string, o Options) (*Domain, error) {
	if o.Steps == 0 {
		o.Steps = DefaultSteps
	}
	if o.Steps < 1 || o.Steps >= maxValues {
		return nil, fmt.Errorf("the number of steps is 1 to %d, not %d", maxValues-1, o.Steps)
	}
	files, err := readFiles(name)
	if err != nil {
		return nil, err
	}
	d, err := read(files, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return d, nil
}

// readFiles reads the files of a folder that a format could be made of, and with a file those beside it.
func readFiles(name string) ([]file, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read the domain: %w", err)
	}
	folder, only := name, ""
	if !info.IsDir() {
		folder, only = filepath.Dir(name), filepath.Base(name)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("cannot read the domain: %w", err)
	}
	var files []file
	var folders []string
	for _, e := range entries {
		base := e.Name()
		if e.IsDir() {
			folders = append(folders, base)
		}
		wanted := extension(base) != "" && !strings.HasPrefix(base, ".") && !strings.HasPrefix(base, "_")
		if only != "" {
			wanted = wanted && extension(base) == extension(only) || base == only
		}
		if !wanted || e.IsDir() {
			continue
		}
		if len(files) == maxFiles {
			return nil, fmt.Errorf("%s has more than %d files: a domain is one folder of its own", folder, maxFiles)
		}
		src, err := readFile(filepath.Join(folder, base))
		if err != nil {
			return nil, err
		}
		files = append(files, file{base, src, base == only})
	}
	if len(files) == 0 {
		inside := ""
		if len(folders) > 0 {
			inside = "; a domain is one folder of its own, such as " + filepath.Join(folder, folders[0])
		}
		return nil, fmt.Errorf("%s holds no .xml, .json, .yml or .yaml file%s", folder, inside)
	}
	return files, nil
}

// extension is the file's, in small letters, if it is one of those that are read.
func extension(name string) string {
	switch e := strings.ToLower(filepath.Ext(name)); e {
	case ".xml", ".json", ".yml", ".yaml":
		return e
	}
	return ""
}

func readFile(path string) (src []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the domain: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if src, err = io.ReadAll(io.LimitReader(f, maxSize+1)); err != nil {
		return nil, fmt.Errorf("cannot read the domain: %w", err)
	}
	if len(src) > maxSize {
		return nil, fmt.Errorf("%s has more than %d bytes", path, maxSize)
	}
	return src, nil
}

// read makes a domain of files.
func read(files []file, o Options) (*Domain, error) {
	o.chosen = &chosen{names: o.Profiles, found: map[string]bool{}}
	var xmls []file
	var trees []parsed
	notes := map[string]string{}
	var first error // what is wrong with a file that may not belong to the domain at all
	for _, f := range files {
		var note string
		var err error
		if f.src, note, err = utf8Text(f.src); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		notes[f.name] = note
		if extension(f.name) == ".xml" {
			xmls = append(xmls, f)
			continue
		}
		if o.Format == Genius {
			continue
		}
		root, err := parseTree(f)
		if err != nil {
			err = fmt.Errorf("%s: %w", f.name, err)
			if f.named {
				return nil, err
			}
			if first == nil {
				first = err
			}
			continue
		}
		trees = append(trees, parsed{file: f, root: root})
	}
	format := o.Format
	if format == "" {
		if format = detect(xmls, trees); format == "" {
			if first != nil {
				return nil, first
			}
			return nil, fmt.Errorf("these are the files of no format that is known (Genius XML, GeniusWeb JSON, NegMAS, NegoLog)")
		}
	}
	if first != nil && format != Genius {
		return nil, first
	}
	d := &Domain{Format: format}
	var err error
	switch format {
	case Genius:
		err = geniusFiles(d, xmls, &o)
	case GeniusWeb:
		err = geniusWeb(d, trees, &o)
	case NegMAS:
		if len(xmls) > 0 && detect(nil, trees) != NegMAS { // a NegMAS folder may hold Genius XML
			err = geniusFiles(d, xmls, &o)
		} else {
			err = negMAS(d, trees, &o)
		}
	case NegoLog:
		err = negoLog(d, trees, &o)
	default:
		err = fmt.Errorf("there is no format %q", format)
	}
	if err == nil {
		err = o.chosen.check()
	}
	if err == nil {
		err = d.check()
	}
	if err != nil {
		return nil, err
	}
	d.sortProfiles()
	for _, name := range d.Files {
		if notes[name] != "" {
			d.lose(name, "%s", notes[name])
		}
	}
	return d, nil
}

func parseTree(f file) (*tree, error) {
	if extension(f.name) == ".json" {
		return readJSON(f.src)
	}
	return readYAML(f.name, f.src)
}

// detect tells the format from what the files hold.
func detect(xmls []file, trees []parsed) Format {
	for _, f := range trees {
		switch t := f.root; {
		case t.has("issuesValues"), t.has("LinearAdditiveUtilitySpace"), t.has("DefaultPartialOrdering"):
			return GeniusWeb
		case t.has("issueWeights") && t.has("issues"):
			return NegoLog
		case t.has("ufuns"), strings.Contains(classOf(t), "OutcomeSpace"):
			return NegMAS
		}
	}
	if len(xmls) > 0 {
		return Genius
	}
	for _, f := range trees {
		if isFun(f.root) || f.root.has("issues") {
			return NegMAS
		}
	}
	return ""
}
