package main

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/identity"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report"
)

// newcomerLasts is how long the certificate of an admitted capital is valid, as that of the founders.
const newcomerLasts = 5 * 365 * 24 * time.Hour

// parley admit CAPITAL [--role R --raft HOST:PORT --key FILE | --new-folder DIR]
func (e *env) admitCommand() *cli.Command {
	return &cli.Command{
		Name: "admit", Usage: "agree to admit a capital to the conference", ArgsUsage: "CAPITAL", Category: "moves of a capital",
		Description: "Each run is one capital's consent; the capital is admitted when the charter's rule is met (by\n" +
			"default: all agree). The first one says what the capital is, with --key or --new-folder; the others\n" +
			"need name it only. With --new-folder the capital's own folder is written: its keys, a certificate from\n" +
			"the conference's authority (DIR/ca), its settings; parley node --config DIR/config.json runs it.",
		Flags: moveFlags(
			&cli.StringFlag{Name: "name", Usage: "its name: `TEXT`"},
			&cli.StringFlag{Name: "role", Usage: "`ROLE`: belligerent, guarantor, mediator or observer"},
			&cli.StringFlag{Name: "raft", Usage: "where the other capitals reach it: `HOST:PORT`", DefaultText: "a free port here"},
			&cli.StringFlag{Name: "interface", Usage: "where its interface is: `HOST:PORT`", DefaultText: "a free port here"},
			&cli.StringSliceFlag{Name: "weight", Usage: "`NAME=NUMBER`, such as votes=12; may be repeated"},
			&cli.BoolFlag{Name: "non-voter", Usage: "its machine does not count towards Raft's majority", DisableDefaultText: true},
			&cli.StringFlag{Name: "key", Usage: "its public signing key: `FILE`"},
			&cli.StringFlag{Name: "new-folder", Usage: "write the capital's folder: `DIR`"},
			&cli.StringFlag{Name: "ca", Usage: "the authority's folder: `DIR`", DefaultText: "ca in --data"}),
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return usagef("admit: name one capital")
			}
			return e.act(c, func(ctx context.Context, s *session) error {
				move := api.MoveRequest{Verb: terms.VerbAdmit}
				var err error
				if move.Admit, err = e.newcomer(ctx, c, s, c.Args().First()); err != nil {
					return err
				}
				return e.moveMembership(ctx, c, s, move, move.Admit.ID)
			})
		},
	}
}

// parley expel CAPITAL
func (e *env) expelCommand() *cli.Command {
	return &cli.Command{
		Name: "expel", Usage: "agree to expel a capital from the conference", ArgsUsage: "CAPITAL", Category: "moves of a capital",
		Description: "Each run is one capital's consent; the capital is expelled when the charter's rule is met among\n" +
			"the others (by default: all agree).",
		Flags: moveFlags(),
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return usagef("expel: name one capital")
			}
			return e.act(c, func(ctx context.Context, s *session) error {
				return e.moveMembership(ctx, c, s, api.MoveRequest{Verb: terms.VerbExpel, Against: c.Args().First()}, c.Args().First())
			})
		},
	}
}

// newcomer says what is to be admitted: as the flags say or, if they say nothing, as another capital has moved.
func (e *env) newcomer(ctx context.Context, c *cli.Context, s *session, id string) (*terms.Capital, error) {
	said := slices.ContainsFunc([]string{"name", "role", "raft", "weight", "non-voter", "key", "new-folder"}, c.IsSet)
	if !said {
		moved, err := s.movedAdmission(ctx, id)
		if err != nil {
			return nil, told(err)
		}
		if moved == nil {
			return nil, usagef("nobody has moved to admit %s yet: say its --role, and --key FILE with --raft HOST:PORT, or --new-folder DIR", id)
		}
		e.say("parley: as was moved: %s", describe(moved))
		return moved, nil
	}
	x := &terms.Capital{ID: id, Name: c.String("name"), Role: terms.Role(c.String("role")), NonVoter: c.Bool("non-voter"), Address: c.String("raft")}
	if x.Name == "" {
		x.Name = upperFirst(id)
	}
	if roles := []terms.Role{terms.Belligerent, terms.Guarantor, terms.Mediator, terms.Observer}; !slices.Contains(roles, x.Role) {
		return nil, usagef("--role takes belligerent, guarantor, mediator or observer, not %q", x.Role)
	}
	for _, w := range c.StringSlice("weight") {
		name, number, _ := strings.Cut(w, "=")
		n, err := terms.ParseNumber(number)
		if name == "" || err != nil {
			return nil, usagef("--weight takes NAME=NUMBER, not %q", w)
		}
		x.Weights = append(x.Weights, terms.Weight{Name: name, Value: n})
	}
	slices.SortFunc(x.Weights, func(a, b terms.Weight) int { return strings.Compare(a.Name, b.Name) })
	if c.IsSet("key") == c.IsSet("new-folder") {
		return nil, usagef("admit takes --key FILE or --new-folder DIR")
	}
	if c.IsSet("new-folder") {
		return x, e.newFolder(c, s, x)
	}
	if _, _, err := net.SplitHostPort(x.Address); err != nil {
		return nil, usagef("--raft takes HOST:PORT, where the other capitals reach it, not %q", x.Address)
	}
	key, err := readPublicKey(c.String("key"))
	x.Key = key
	return x, err
}

// describe writes what is to be admitted, so that who agrees sees to what.
func describe(x *terms.Capital) string {
	text := fmt.Sprintf("%s (%s), %s, at %s, key %s", x.ID, x.Name, x.Role, x.Address, base64.StdEncoding.EncodeToString(x.Key))
	for _, w := range x.Weights {
		text += fmt.Sprintf(", %s %s", w.Name, w.Value)
	}
	if !x.Votes() {
		text += ", its machine does not vote"
	}
	return text
}

// movedAdmission finds in the record what was last moved to admit a capital.
func (s *session) movedAdmission(ctx context.Context, id string) (*terms.Capital, error) {
	var found *terms.Capital
	for from := uint64(1); from > 0; {
		page, err := s.anyone().Record(ctx, from, 0, node.Linearizable)
		if err != nil {
			return nil, err
		}
		for i := range page.Entries {
			x := &page.Entries[i]
			if x.Move.Verb == terms.VerbAdmit && x.Move.Admit != nil && x.Move.Admit.ID == id && !x.Result.Refused {
				found = x.Move.Admit
			}
		}
		from = page.Next
	}
	return found, nil
}

// signingPublicFile is where a new folder has the public half of the signing key, for the other capitals' --key.
const signingPublicFile = "signing.pub"

// newFolder writes the folder of a capital that is to be admitted, and fills in its key and address. If it is there
// already, as when the move is made again, it is taken as it is.
func (e *env) newFolder(c *cli.Context, s *session, x *terms.Capital) error {
	if s.config == nil {
		return usagef("--new-folder needs the settings of %s: say --data", s.as)
	}
	folder := c.String("new-folder")
	if file := filepath.Join(folder, host.ConfigFile); isFile(file) {
		config, err := host.LoadConfig(file)
		if err != nil {
			return usagef("%v", err)
		}
		keys, err := identity.Load(config.IdentityFolder())
		if err != nil {
			return usagef("%v", err)
		}
		if config.Capital != x.ID {
			return usagef("%s is the folder of %s", folder, config.Capital)
		}
		x.Key, x.Address = keys.SigningKey(), config.Raft.Address()
		return nil
	}
	authority, err := s.authority(c)
	if err != nil {
		return err
	}
	places, err := newcomerPlace(c, s, x)
	if err != nil {
		return err
	}
	keys, err := identity.NewCapital(authority, x.ID, places.Hosts, identity.For(newcomerLasts))
	if err != nil {
		return usagef("%v", err)
	}
	config := *s.config
	config.Capital, config.Identity, config.Charter, config.Data = x.ID, ".", "charter.json", "data"
	config.Raft, config.API = places.Raft, places.API
	config.Peers = append(slices.Clone(s.config.Peers), host.Peer{Capital: x.ID, Raft: places.Raft.Address(), API: places.API.Address()})
	x.Key, x.Address = keys.SigningKey(), places.Raft.Address()
	der, err := x509.MarshalPKIXPublicKey(keys.SigningKey())
	if err != nil {
		return err
	}
	charter, err := s.config.LoadCharter()
	if err != nil {
		return err
	}
	if err := keys.Save(folder); err != nil {
		return err
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	if err := writeWhole(filepath.Join(folder, signingPublicFile), public); err != nil {
		return err
	}
	if err := host.SaveCharter(folder, charter); err != nil {
		return err
	}
	if err := config.Save(folder); err != nil { // last: it says that the folder is whole
		return err
	}
	e.say("parley: wrote %s; parley node --config %s runs the capital", folder, filepath.Join(folder, host.ConfigFile))
	return nil
}

// newcomerPlace is where the new capital is to run: as the flags say, or on free ports of this machine.
func newcomerPlace(c *cli.Context, s *session, x *terms.Capital) (host.Place, error) {
	places, err := host.Loopback([]string{x.ID})
	if err != nil {
		return host.Place{}, err
	}
	place := places[x.ID]
	for _, f := range []struct {
		flag string
		to   *host.Endpoint
	}{{"raft", &place.Raft}, {"interface", &place.API}} {
		if c.IsSet(f.flag) {
			name, _, err := net.SplitHostPort(c.String(f.flag))
			if err != nil {
				return place, usagef("--%s takes HOST:PORT, not %q", f.flag, c.String(f.flag))
			}
			*f.to = host.Endpoint{Listen: c.String(f.flag)}
			if !slices.Contains(place.Hosts, name) {
				place.Hosts = append(place.Hosts, name)
			}
			continue
		}
		if own, _, err := net.SplitHostPort(s.config.Raft.Address()); err != nil || !net.ParseIP(own).IsLoopback() {
			return place, usagef("say where the capital is to run: --raft HOST:PORT and --interface HOST:PORT")
		}
	}
	return place, nil
}

// authority reads the conference's authority: --ca, or ca in the conference's folder.
func (s *session) authority(c *cli.Context) (*identity.Authority, error) {
	folder := c.String("ca")
	if folder == "" && s.data != "" {
		folder = filepath.Join(s.data, "ca")
	}
	if folder == "" {
		return nil, usagef("say where the conference's authority is: --ca DIR")
	}
	authority, err := identity.LoadAuthority(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("%v: without the authority's key no certificate can be issued; --ca DIR says where it is", err)
	}
	if err != nil {
		return nil, usagef("%v", err)
	}
	return authority, nil
}

// readPublicKey reads an ed25519 public key: PEM, or its 32 bytes in base64.
func readPublicKey(file string) ([]byte, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, usagef("--key: %v", err)
	}
	if block, _ := pem.Decode(b); block != nil {
		if parsed, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
			if key, ok := parsed.(ed25519.PublicKey); ok {
				return key, nil
			}
		}
		return nil, usagef("--key: %s holds no ed25519 public key", file)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, usagef("--key: %s holds no ed25519 public key, in PEM or base64", file)
	}
	return key, nil
}

// membershipAnswer is what admit --json and expel --json print.
type membershipAnswer struct {
	moveAnswer
	Carried bool     `json:"carried"` // it is done
	Agreed  []string `json:"agreed"`  // who has agreed, if it is not done
	NotYet  []string `json:"not_yet"` // who could still agree
	Needs   string   `json:"needs"`   // the charter's rule
}

// moveMembership makes the move, and tells who still has to agree.
func (e *env) moveMembership(ctx context.Context, c *cli.Context, s *session, move api.MoveRequest, subject string) error {
	charter, err := s.charter(ctx)
	if err != nil {
		return err
	}
	answer, err := e.submit(ctx, c, s, &move)
	if err != nil {
		return err
	}
	full := membershipAnswer{moveAnswer: moveAnswer{answer.Outcome, answer.Index, answer.Reason, answer}, Agreed: []string{}, NotYet: []string{}}
	full.Needs = "all of them"
	if charter.Membership != nil {
		full.Needs = charter.Membership.String()
	}
	if answer.Outcome == node.Recorded {
		s.standingOf(ctx, &move, subject, &full)
		if now, err := s.anyone().Charter(ctx, node.Linearizable); err == nil { // it may name one capital more
			charter = now
		}
	}
	if c.Bool("json") {
		if err := e.printJSON(full); err != nil {
			return err
		}
		return outcomeStatus(answer.Outcome)
	}
	if err := e.tell(s, charter, &move, &answer); err != nil {
		return err
	}
	if answer.Outcome == node.Recorded && !full.Carried && len(full.Agreed) > 0 {
		if err := e.print(report.Clean(fmt.Sprintf("Agreed: %s. Not yet: %s. It needs: %s.", strings.Join(full.Agreed, ", "),
			strings.Join(full.NotYet, ", "), full.Needs)) + "\n"); err != nil {
			return err
		}
	}
	return outcomeStatus(answer.Outcome)
}

// standingOf finds out whether a motion is carried, or who has agreed to it.
func (s *session) standingOf(ctx context.Context, move *api.MoveRequest, subject string, full *membershipAnswer) {
	done := map[terms.Verb]terms.EventKind{terms.VerbAdmit: terms.EventAdmitted, terms.VerbExpel: terms.EventExpelled}[move.Verb]
	full.Carried = slices.ContainsFunc(full.Events, func(x terms.Event) bool { return x.Kind == done })
	if full.Carried {
		return
	}
	list, err := s.anyone().Capitals(ctx, node.Linearizable)
	if err != nil {
		return
	}
	for _, m := range list.Motions {
		if m.Verb == move.Verb && m.Capital == subject && slices.Contains(m.By, s.as) {
			full.Agreed = m.By
		}
	}
	member := false
	for _, x := range list.Capitals {
		if x.ID == subject {
			member = !x.Expelled
		} else if !x.Expelled && x.Role != terms.Observer && !slices.Contains(full.Agreed, x.ID) {
			full.NotYet = append(full.NotYet, x.ID)
		}
	}
	if len(full.Agreed) == 0 { // a repeated move: the motion was carried meanwhile
		full.Carried = member == (move.Verb == terms.VerbAdmit)
		full.NotYet = []string{}
	}
}
