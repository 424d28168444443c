package domains

import (
	"fmt"
	"math/big"
	"path/filepath"
	"strings"
)

// parsed is a file that is a tree.
type parsed struct {
	file
	root *tree
	rank int // among the profiles that were asked for
}

func (f *parsed) stem() string { return strings.TrimSuffix(f.name, filepath.Ext(f.name)) }

// numberAt reads the number under a path of keys.
func numberAt(t *tree, path ...string) (*big.Rat, error) {
	v := t.get(path...)
	if v == nil || v.kind != treeNumber && v.kind != treeText {
		return nil, fmt.Errorf("%s: a number goes here, not %s", strings.Join(path, "."), kindName(v))
	}
	n, err := number(v.text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", strings.Join(path, "."), err)
	}
	return n, nil
}

func kindName(t *tree) string {
	if t == nil {
		return "nothing"
	}
	return t.kind.String()
}
