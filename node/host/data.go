package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// DataFormat is the format of data folders that this version writes. It reads this one and older ones. It is raised
// whenever a folder may hold what an older version would misread: that version then turns the folder away.
//
//	1  the first
//	2  moves may bear a signature that was made for several of them together (package signature)
const DataFormat = 2

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

// claim makes sure that a data folder is this capital's and in a format that this version reads; a new one is marked. An
// older one stays as it is: see upgrade.
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

// upgrade marks a data folder that was claimed as one of this version's format, for good on its disk. It is called before
// the first write that an older version could misread.
func upgrade(folder string) error {
	file := filepath.Join(folder, "owner.json")
	var o owner
	if err := readJSON(file, &o); err != nil || o.Format == DataFormat {
		return err
	}
	o.Format = DataFormat
	return writeJSON(file, o)
}
