package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// DataFormat is the format of data folders that this version writes. It reads this one and older ones.
const DataFormat = 1

// owner says whose a data folder is and in what format: its owner.json.
type owner struct {
	Format     int    `json:"format"`
	Conference string `json:"conference"`
	Capital    string `json:"capital"`
}

// The reasons for which a data folder is refused.
var (
	ErrNewerData = errors.New("the data folder is of a later version of parley")
	ErrOtherData = errors.New("the data folder is another capital's")
)

// claim makes sure that a data folder is this capital's and in a format that this version reads; a new one is marked.
func claim(folder, conference, capital string) error {
	file := filepath.Join(folder, "owner.json")
	var o owner
	err := readJSON(file, &o)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		return writeJSON(file, owner{DataFormat, conference, capital})
	case err != nil:
		return fmt.Errorf("%w: it says whose the folder is; restore it, or wipe the folder and let the capital catch up from the others", err)
	case o.Format > DataFormat:
		return fmt.Errorf("%s: %w: its format is %d, and this version reads up to %d; use that version", folder, ErrNewerData, o.Format, DataFormat)
	case o.Format < 1:
		return fmt.Errorf("%s: it does not say in what format the folder is; restore it, or wipe the folder and let the capital catch up from the others", file)
	case o.Conference != conference || o.Capital != capital:
		return fmt.Errorf("%s: %w: it belongs to %s of %s, not to %s of %s", folder, ErrOtherData, o.Capital, o.Conference, capital, conference)
	}
	return nil
}
