package host

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// ErrHasRecord is returned by Restore for a data folder that holds a record.
var ErrHasRecord = errors.New("the data folder holds a record already")

// place fills in the addresses of machines for which the record names none.
func (c *Config) place(servers []node.Server) {
	for i := range servers {
		if servers[i].Address == "" {
			servers[i].Address, _ = c.Address(servers[i].ID)
		}
	}
}

// Restore puts a backup into the data folders of capitals that are stopped. When they are started, the conference goes on
// from the backup, with the same state. Every capital of the conference has to be restored from the same backup, or be
// wiped: one that knows a later record would win.
//
// A folder that holds a record is refused, unless replace is set: then it is kept beside the new one, under the name that
// replaced tells. Nothing is changed before the backup is verified and all folders are found to be stopped. A crash
// in between leaves each capital with its old record or the new one; restoring again is safe.
func Restore(configs []*Config, from io.Reader, replace bool) (info node.BackupInfo, replaced map[string]string, err error) {
	b, state, err := node.ReadBackup(from, terms.Options{})
	if err != nil {
		return b.Info, nil, err
	}
	for _, c := range configs {
		if c.Conference != b.Info.Conference {
			return b.Info, nil, fmt.Errorf("the backup is of the conference %q, and %s is of %q", b.Info.Conference, c.Capital, c.Conference)
		}
		if charter := state.Charter(); charter == nil || charter.Capital(c.Capital) == nil {
			return b.Info, nil, fmt.Errorf("%s was no capital of the conference when the backup was made: wipe %s, and admit it again",
				c.Capital, c.DataFolder())
		}
		if err := restorable(c, replace); err != nil {
			return b.Info, nil, err
		}
	}
	replaced = map[string]string{}
	for _, c := range configs {
		servers := node.Machines(state)
		c.place(servers)
		old, err := restoreOne(c, b, servers)
		if old != "" {
			replaced[c.Capital] = old
		}
		if err != nil {
			return b.Info, replaced, fmt.Errorf("%s: %w", c.Capital, err)
		}
	}
	return b.Info, replaced, nil
}

// restorable returns an error if the data folder is in use, another capital's, or holds a record that is not to be replaced.
// A record that cannot be read can be replaced, too: that is what backups are for.
func restorable(c *Config, replace bool) error {
	folder := c.DataFolder()
	if _, err := os.Stat(filepath.Join(folder, "raft.db")); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := claim(folder, c.Conference, c.Capital); err != nil && !replace || errors.Is(err, ErrOtherData) {
		return err
	}
	used, err := isUsed(folder)
	switch {
	case errors.Is(err, node.ErrInUse):
		return fmt.Errorf("%s runs: stop it first: %w", c.Capital, err)
	case replace:
		return nil
	case err != nil:
		return err
	case used:
		return fmt.Errorf("%s: %w", folder, ErrHasRecord)
	}
	return nil
}

func isUsed(folder string) (used bool, err error) {
	stores, err := node.OpenStores(folder, zap.NewNop())
	if err != nil {
		return false, err
	}
	used, err = stores.Used()
	return used, errors.Join(err, stores.Close())
}

// restoreOne builds the new data folder beside the old one, and then puts it into its place.
func restoreOne(c *Config, b *node.Backup, servers []node.Server) (replaced string, err error) {
	folder := c.DataFolder()
	fresh := folder + ".restoring"
	if err := os.RemoveAll(fresh); err != nil {
		return "", err
	}
	if err := claim(fresh, c.Conference, c.Capital); err != nil {
		return "", err
	}
	stores, err := node.OpenStores(fresh, zap.NewNop())
	if err != nil {
		return "", err
	}
	if err := errors.Join(b.Restore(stores, servers), stores.Close()); err != nil {
		return "", err
	}
	if _, err := os.Stat(folder); err == nil {
		replaced = fmt.Sprintf("%s.replaced-%s", folder, time.Now().UTC().Format("20060102T150405.000000000"))
		if err := os.Rename(folder, replaced); err != nil {
			return "", err
		}
	}
	return replaced, os.Rename(fresh, folder)
}
