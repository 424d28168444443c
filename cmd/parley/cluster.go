package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/identity"
	"github.com/parley-sim/parley/node/terms"
)

// conference is the folder of a conference; see host.Init for what is in it. Beside that, node.log in a capital's folder
// holds what a capital that parley up started has logged (and node.log.1 what was before). Who has the lock of up.lock runs the conference; who has that of
// a capital's node.lock runs that capital.
type conference struct {
	folder  string
	charter *terms.Charter
	configs []*host.Config // in the charter's order
}

func (c *conference) upLock() string { return filepath.Join(c.folder, "up.lock") }

func (c *conference) capitalFolder(id string) string { return filepath.Join(c.folder, id) }

func (c *conference) nodeLock(id string) string {
	return filepath.Join(c.capitalFolder(id), nodeLockFile)
}

// nodeLockFile is in the folder of a capital's settings.
const nodeLockFile = "node.lock"

// openConference reads the folder of a conference. What is wrong with it is a mistake of who named it.
func openConference(folder string) (*conference, error) {
	charter, configs, err := host.OpenFolder(folder)
	if err != nil {
		return nil, usagef("%v", err)
	}
	c := &conference{folder, charter, configs}
	return c, c.addAdmitted()
}

// addAdmitted adds the capitals that were admitted since the conference was founded and have their folder in it.
func (c *conference) addAdmitted() error {
	all, err := configsIn(c.folder)
	if err != nil {
		return err
	}
	for _, config := range all {
		if c.charter.Capital(config.Capital) == nil && config.Conference == c.charter.Conference &&
			isFile(filepath.Join(c.capitalFolder(config.Capital), host.ConfigFile)) {
			c.configs = append(c.configs, config)
		}
	}
	return nil
}

// role returns what a capital is by the charter; "" for one that was admitted later.
func (c *conference) role(capital string) terms.Role {
	if x := c.charter.Capital(capital); x != nil {
		return x.Role
	}
	return ""
}

// isConference reports whether there is a conference in a folder.
func isConference(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "charter.json"))
	return err == nil
}

// createConference writes the folder of a new conference, with the scenario that it is of, as a whole or not at all. It
// starts now.
func createConference(folder string, charter *terms.Charter, scenario []byte, places map[string]host.Place, chaos bool) (*conference, error) {
	if entries, err := os.ReadDir(folder); err == nil && len(entries) > 0 {
		return nil, usagef("%s is not empty, and holds no conference; name a new folder", folder)
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o700); err != nil {
		return nil, usagef("%v", err)
	}
	draft, err := os.MkdirTemp(filepath.Dir(folder), "."+filepath.Base(folder)+"-*")
	if err != nil {
		return nil, usagef("%v", err)
	}
	defer func() { _ = os.RemoveAll(draft) }() // gone already if all went well
	opened := *charter
	opened.Start = terms.Instant(time.Now().Truncate(time.Minute).Unix()) // people meet now, whenever the scenario plays
	if err := host.Init(draft, &opened, places, chaos); err != nil {
		return nil, fmt.Errorf("make the conference: %w", err)
	}
	if err := keepScenario(draft, scenario); err != nil {
		return nil, fmt.Errorf("make the conference: %w", err)
	}
	_ = os.Remove(folder) // an empty one is in the way; what is wrong with that, the next line tells
	if err := os.Rename(draft, folder); err != nil {
		return nil, fmt.Errorf("make the conference: %w", err)
	}
	return openConference(folder)
}

// isOf returns an error unless the conference was founded on this charter; keys, addresses and the start are not compared.
func (c *conference) isOf(charter *terms.Charter) error {
	if c.charter.Conference != charter.Conference {
		return usagef("%s is the folder of another conference: %s, not %s; name another folder, or leave the scenario out",
			c.folder, c.charter.Conference, charter.Conference)
	}
	plain := func(c *terms.Charter) []byte {
		bare := *c
		bare.Start = 0
		bare.Capitals = slices.Clone(c.Capitals)
		for i := range bare.Capitals {
			bare.Capitals[i].Key, bare.Capitals[i].Address = nil, ""
		}
		b, err := json.Marshal(&bare)
		if err != nil { // what was read from JSON can be written as JSON
			panic(err)
		}
		return b
	}
	if !bytes.Equal(plain(c.charter), plain(charter)) {
		return usagef("%s is the folder of another conference of that name: the scenario's charter is not the one on which %s "+
			"was founded; name another folder, or leave the scenario out", c.folder, charter.Conference)
	}
	return nil
}

// delegate is a capital as its own client.
type delegate struct {
	config *host.Config
	client *api.Client // of its own interface
	http   *http.Transport
}

// delegates returns a client for each capital, with that capital's certificate.
func (c *conference) delegates() ([]*delegate, error) {
	var all []*delegate
	for _, config := range c.configs {
		id, err := identity.Open(config.IdentityFolder(), nil)
		if err != nil {
			return nil, err
		}
		t := &http.Transport{TLSClientConfig: id.Client(config.Capital), IdleConnTimeout: time.Minute}
		client, err := api.NewClient([]string{"https://" + config.API.Address()}, &http.Client{Transport: t})
		if err != nil {
			return nil, err
		}
		all = append(all, &delegate{config, client, t})
	}
	return all, nil
}

func dismiss(all []*delegate) {
	for _, d := range all {
		d.http.CloseIdleConnections()
	}
}

// awaitWritable waits until a move can be recorded: somebody leads with a quorum, and the founding move is in the record.
func awaitWritable(ctx context.Context, all []*delegate) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startPatience,
		fmt.Errorf("the record cannot be written: nobody was elected, or the conference not founded, within %v", startPatience))
	defer cancel()
	fresh := node.Local
	for i := 0; ; i++ {
		page, err := all[i%len(all)].client.Record(ctx, 1, 1, fresh) // one that was expelled knows of no leader
		switch {
		case err == nil && page.Sequence > 0 && fresh == node.Linearizable:
			return nil
		case err == nil && page.Sequence > 0: // it is founded; who leads now?
			fresh = node.Linearizable
			continue
		}
		if errors.Is(err, identity.ErrOtherCapital) || errors.Is(err, identity.ErrOtherConference) {
			return err
		}
		if pauseFor(ctx, 2*time.Millisecond) != nil {
			return context.Cause(ctx)
		}
	}
}

// pauseFor waits, or returns ctx's error.
func pauseFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
