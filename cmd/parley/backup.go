package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// backedUp is what backup --json prints.
type backedUp struct {
	File string `json:"file"`
	node.BackupInfo
}

// parley backup -o FILE [--json]
func (e *env) backupCommand() *cli.Command {
	return &cli.Command{
		Name: "backup", Usage: "write the state and the record to a file", Category: "a running conference",
		Description: "The file is verified before it gets its name. parley restore puts it back.",
		Flags:       readFlags(&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`; - is standard output"}),
		Action: func(c *cli.Context) error {
			file := c.String("output")
			if file == "" || c.NArg() > 0 {
				return usagef("backup: say where to, with -o FILE")
			}
			return e.speak(c, func(ctx context.Context, s *session) error {
				info, err := e.backUp(ctx, s, file)
				if err != nil {
					return told(err)
				}
				if file == "-" {
					e.say("%s", backupWords(&info))
					return nil
				}
				if c.Bool("json") {
					return e.printJSON(backedUp{file, info})
				}
				return e.print(fmt.Sprintf("%s: %s\n", file, backupWords(&info)))
			})
		},
	}
}

func backupWords(i *node.BackupInfo) string {
	return fmt.Sprintf("%s, %s, as %s had it at index %d; state hash %s", i.Conference, counted(int(i.Sequence), "move"), i.Capital,
		i.Index, i.StateHash)
}

// backUp writes a backup that it has verified. The first capital that can makes it.
func (e *env) backUp(ctx context.Context, s *session, file string) (info node.BackupInfo, err error) {
	folder := filepath.Dir(file)
	if file == "-" {
		folder = os.TempDir()
	}
	f, err := os.CreateTemp(folder, ".backup-*")
	if err != nil {
		return info, usagef("backup: %v", err)
	}
	defer func() {
		_ = f.Close() // after an error; else it is closed already
		_ = os.Remove(f.Name())
	}()
	if err := s.download(ctx, f); err != nil {
		return info, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return info, err
	}
	if info, err = node.CheckBackup(bufio.NewReader(f), terms.Options{}); err != nil {
		return info, err
	}
	if file == "-" {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return info, err
		}
		_, err := io.Copy(e.stdout, f)
		return info, err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return info, err
	}
	return info, os.Rename(f.Name(), file)
}

// download has one capital after the other make a backup, until one has.
func (s *session) download(ctx context.Context, f *os.File) error {
	var failed error
	for _, p := range s.peers {
		if s.at != "" && p.capital != s.at {
			continue
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := f.Truncate(0); err != nil {
			return err
		}
		_, err := s.client(p).Backup(ctx, s.fresh, f)
		if err == nil {
			return nil
		}
		failed = errors.Join(failed, err)
		if ctx.Err() != nil {
			break
		}
	}
	return failed
}
