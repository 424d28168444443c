package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/parley-sim/parley/node/identity"
	"github.com/parley-sim/parley/node/terms"
)

// A conference's folder, as Init writes it:
//
//	charter.json         what it is founded on, with everybody's public keys
//	ca/                  the authority: ca.crt and ca.key. Keep the key; no capital needs it
//	CAPITAL/             each capital's own folder, to be brought to its machine
//	  config.json        its settings
//	  charter.json       the same charter
//	  capital.key, capital.crt, signing.key, ca.crt
//	  data/              its record

// Place is where a capital is to run. Zero ports are chosen when the folder is written.
type Place struct {
	Raft, API Endpoint
	Hosts     []string // names and addresses for its certificate, beside those of the endpoints
}

// certificateLasts is how long the certificates of a new conference are valid.
const certificateLasts = 5 * 365 * 24 * time.Hour

// ErrExists is returned by Init for a folder that holds a conference.
var ErrExists = errors.New("the folder holds a conference already")

// Init writes the folder of a new conference: keys and certificates for all capitals of the charter, which gets their
// public keys, and each one's settings. On an error it leaves what it has written, since the folder was empty before.
func Init(folder string, charter *terms.Charter, places map[string]Place, chaos bool) error {
	if entries, err := os.ReadDir(folder); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s: %w", folder, ErrExists)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	authority, err := identity.NewConference(charter.Conference)
	if err != nil {
		return err
	}
	if err := authority.Save(filepath.Join(folder, "ca")); err != nil {
		return err
	}
	signed := *charter
	signed.Capitals = append([]terms.Capital(nil), charter.Capitals...)
	var peers []Peer
	for i := range signed.Capitals {
		id := signed.Capitals[i].ID
		place, ok := places[id]
		if !ok {
			return fmt.Errorf("no place is named for %s", id)
		}
		capital, err := identity.NewCapital(authority, id, place.Hosts, identity.For(certificateLasts))
		if err != nil {
			return err
		}
		if err := capital.Save(filepath.Join(folder, id)); err != nil {
			return err
		}
		signed.Capitals[i].Key = capital.SigningKey()
		peers = append(peers, Peer{id, place.Raft.Address(), place.API.Address()})
	}
	if err := writeJSON(filepath.Join(folder, "charter.json"), &signed); err != nil {
		return err
	}
	for _, p := range peers {
		at := filepath.Join(folder, p.Capital)
		if err := writeJSON(filepath.Join(at, "charter.json"), &signed); err != nil {
			return err
		}
		c := &Config{Format: ConfigFormat, Conference: signed.Conference, Capital: p.Capital, Identity: ".", Charter: "charter.json",
			Data: "data", Raft: places[p.Capital].Raft, API: places[p.Capital].API, Peers: peers, Chaos: chaos, KeepsTime: !chaos}
		if err := c.Save(at); err != nil {
			return err
		}
	}
	return nil
}

// OpenFolder reads the charter and the capitals' settings of a conference's folder, in the charter's order.
func OpenFolder(folder string) (*terms.Charter, []*Config, error) {
	charter := &terms.Charter{}
	if err := readJSON(filepath.Join(folder, "charter.json"), charter); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil, fmt.Errorf("%s is not the folder of a conference: %w", folder, err)
		}
		return nil, nil, err
	}
	var configs []*Config
	for i := range charter.Capitals {
		c, err := LoadConfig(filepath.Join(folder, charter.Capitals[i].ID, ConfigFile))
		if err != nil {
			return nil, nil, err
		}
		configs = append(configs, c)
	}
	return charter, configs, nil
}

// SaveCharter writes the conference's charter into a capital's folder, where its settings look for it.
func SaveCharter(folder string, charter *terms.Charter) error {
	return writeJSON(filepath.Join(folder, "charter.json"), charter)
}
