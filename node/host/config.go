// Package host runs a capital for real: its data folder, its wires, its node and its interface, from a file of settings.
// It ties together what the packages below it do, and knows nothing of scenarios or the command line.
package host

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/parley-sim/parley/node/terms"
)

// ConfigFormat is the format of config.json that this version writes. A later one is refused.
const ConfigFormat = 1

// Config is a capital's config.json. Paths are relative to the file's folder.
type Config struct {
	Format     int    `json:"format"`
	Conference string `json:"conference"`
	Capital    string `json:"capital"`
	Identity   string `json:"identity"` // the folder with its keys and certificates
	Charter    string `json:"charter"`  // the conference's charter, on which it is founded
	Data       string `json:"data"`     // the folder of its record

	Raft Endpoint `json:"raft"`
	API  Endpoint `json:"api"`

	// Peers are all capitals of the conference, this one included.
	Peers []Peer `json:"peers"`

	// Chaos lets the capital's own certificate lose, delay and hold what the capital sends. It is for simulations.
	Chaos bool `json:"chaos,omitempty"`

	// KeepsTime has the capital, while it leads, settle deadlines by the time of day. Where scenario time is another, as in
	// a simulation, whoever plays it makes the clock moves.
	KeepsTime bool `json:"keeps_time,omitempty"`

	folder string
}

// Endpoint is where a capital listens, and where the others find it: host:port. Advertise is Listen if it is empty.
type Endpoint struct {
	Listen    string `json:"listen"`
	Advertise string `json:"advertise,omitempty"`
}

// Address is where the others find the endpoint.
func (e Endpoint) Address() string {
	if e.Advertise != "" {
		return e.Advertise
	}
	return e.Listen
}

// Peer is where a capital is found.
type Peer struct {
	Capital string `json:"capital"`
	Raft    string `json:"raft"`
	API     string `json:"api"`
}

// maxConfigBytes bounds what is read.
const maxConfigBytes = 4 << 20

// LoadConfig reads a config.json. An error names the file and all that is wrong.
func LoadConfig(file string) (*Config, error) {
	c := &Config{}
	if err := readJSON(file, c); err != nil {
		return nil, err
	}
	folder, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	c.folder = folder
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return c, nil
}

// Save writes config.json into a folder, to which its paths are relative.
func (c *Config) Save(folder string) error {
	if err := c.validate(); err != nil {
		return err
	}
	return writeJSON(filepath.Join(folder, ConfigFile), c)
}

// ConfigFile is the name of a capital's settings in its folder.
const ConfigFile = "config.json"

func (c *Config) validate() error {
	if c.Format > ConfigFormat {
		return fmt.Errorf("format %d is of a later version of parley; this one reads format %d", c.Format, ConfigFormat)
	}
	var wrong []error
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if c.Format < 1 {
		bad("format: say %d", ConfigFormat)
	}
	for _, need := range []struct{ key, value string }{{"conference", c.Conference}, {"capital", c.Capital},
		{"identity", c.Identity}, {"charter", c.Charter}, {"data", c.Data}} {
		if need.value == "" {
			bad("%s: it is missing", need.key)
		}
	}
	address := func(key, value string) {
		if _, _, err := net.SplitHostPort(value); err != nil {
			bad("%s: %q is not host:port", key, value)
		}
	}
	address("raft.listen", c.Raft.Listen)
	address("raft.advertise", c.Raft.Address())
	address("api.listen", c.API.Listen)
	address("api.advertise", c.API.Address())
	seen := map[string]bool{}
	for i, p := range c.Peers {
		if p.Capital == "" || seen[p.Capital] {
			bad("peers[%d].capital: %q is empty or there twice", i, p.Capital)
		}
		seen[p.Capital] = true
		address(fmt.Sprintf("peers[%d].raft", i), p.Raft)
		address(fmt.Sprintf("peers[%d].api", i), p.API)
	}
	if c.Capital != "" && !seen[c.Capital] {
		bad("peers: %s itself is not among them", c.Capital)
	}
	return errors.Join(wrong...)
}

// path resolves one of the config's paths.
func (c *Config) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(c.folder, p)
}

// DataFolder is where the capital's record is, as an absolute path.
func (c *Config) DataFolder() string { return c.path(c.Data) }

// IdentityFolder is where its keys are, as an absolute path.
func (c *Config) IdentityFolder() string { return c.path(c.Identity) }

// LoadCharter reads the conference's charter.
func (c *Config) LoadCharter() (*terms.Charter, error) {
	file := c.path(c.Charter)
	charter := &terms.Charter{}
	if err := readJSON(file, charter); err != nil {
		return nil, err
	}
	if err := charter.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if charter.Conference != c.Conference {
		return nil, fmt.Errorf("%s is the charter of %q, and the settings are of %q", file, charter.Conference, c.Conference)
	}
	return charter, nil
}

// Address returns where the settings say that the others reach a capital, host:port.
func (c *Config) Address(capital string) (string, bool) {
	for _, p := range c.Peers {
		if p.Capital == capital {
			return p.Raft, true
		}
	}
	return "", false
}

// readJSON reads a file that is bounded, with no field that v does not have.
func readJSON(file string, v any) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if info.Size() > maxConfigBytes {
		return fmt.Errorf("%s has %d bytes; at most %d are read", file, info.Size(), maxConfigBytes)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if d.More() {
		return fmt.Errorf("%s: something follows its JSON", file)
	}
	return nil
}

// writeJSON writes a file as a whole or not at all.
func writeJSON(file string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return writeFile(file, append(b, '\n'))
}

// writeFile writes beside the file and renames, so that a crash leaves the old one or the new one.
func writeFile(file string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already if all went well
	if _, err = f.Write(b); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if err := os.Rename(f.Name(), file); err != nil {
		return err
	}
	if folder, err := os.Open(filepath.Dir(file)); err == nil { // so that the new name outlasts a loss of power, too
		_ = folder.Sync() // not every system can; there the order of writes is the disk's
		_ = folder.Close()
	}
	return nil
}
