package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed *.yaml
var library embed.FS

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (2020-12) of scenario files. It describes every key.
func Schema() []byte { return slices.Clone(schema) }

// Library lists the ids of the scenarios in the binary, sorted.
func Library() []string {
	files, err := library.ReadDir(".")
	if err != nil {
		return nil // the files are part of the binary
	}
	var ids []string
	for _, f := range files {
		ids = append(ids, strings.TrimSuffix(f.Name(), ".yaml"))
	}
	slices.Sort(ids)
	return ids
}

// Open returns the text of a scenario for [Parse]. The name is that of a file or, where there is no such file, of a
// scenario of the library: "one-month-truce", "one-month-truce.yaml" or "scenarios/one-month-truce.yaml". The error names
// the nearest scenario of the library. A file is read no further than is needed to see that it is too long.
func Open(name string) (file string, src []byte, err error) {
	src, err = readFile(name)
	if err == nil {
		return name, src, nil
	}
	id := strings.TrimSuffix(filepath.ToSlash(name), ".yaml")
	id = strings.TrimPrefix(path.Clean(id), "scenarios/")
	if b, e := library.ReadFile(id + ".yaml"); e == nil {
		return id + ".yaml", b, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", nil, fmt.Errorf("cannot read the scenario: %w", err)
	}
	hint := "; parley scenarios lists the library"
	if near := nearest(path.Base(id), Library()); near != "" {
		hint = "; did you mean " + near + "?"
	}
	return "", nil, fmt.Errorf("there is no file %q, nor a scenario of that name in the library%s: %w", name, hint, fs.ErrNotExist)
}

func readFile(name string) (src []byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder", name)
	}
	return io.ReadAll(io.LimitReader(f, MaxSize+1))
}
