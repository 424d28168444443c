package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/identity"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// session is a capital that speaks to the capitals of its conference.
type session struct {
	as       string
	others   []string     // who else could have been meant where nobody has said who speaks: enough for reads
	data     string       // the folder of the conference; "" if only the capital's own is known
	config   *host.Config // the capital's settings; nil if only its interface is known
	keys     string       // the folder with its keys
	identity *identity.Identity
	peers    []peer   // itself first; see meet
	capitals sync.Map // string by string: whose certificate to expect at an address
	http     *http.Client
	wait     time.Duration
	fresh    node.Consistency
	at       string // reads go to this capital alone; "" is any
}

// peer is where a capital's interface is.
type peer struct{ capital, api string }

// The times of a session.
const (
	defaultWait = 10 * time.Second // what a command takes at most, if it does not say
	maxPatience = time.Hour
	dialTime    = 3 * time.Second
)

// sessionFlags are the flags of every command that speaks to a conference; more are a command's own.
func sessionFlags(more ...cli.Flag) []cli.Flag {
	flags := append(more, speakerFlags()...)
	return append(flags,
		&cli.DurationFlag{Name: "wait", Usage: "give up after `TIME`", Value: defaultWait},
		&cli.BoolFlag{Name: "json", Usage: "print JSON", DisableDefaultText: true})
}

// readFlags are the flags of commands that read.
func readFlags(more ...cli.Flag) []cli.Flag {
	return sessionFlags(append(more,
		&cli.StringFlag{Name: "at", Usage: "read at capital `ID`", DefaultText: "any that answers"},
		&cli.BoolFlag{Name: "local", Usage: "read what the capital knows, without asking the leader", DisableDefaultText: true})...)
}

// textFlags are those of commands that set text.
func textFlags(flags []cli.Flag) []cli.Flag {
	return append(flags,
		&cli.IntFlag{Name: "width", Usage: "set text `N` columns wide", DefaultText: "the terminal's, or 80"},
		&cli.StringFlag{Name: "color", Usage: "use colour: `WHEN` is auto, always or never", Value: "auto"})
}

// open opens the session that the command's flags, the environment or the context name.
func (e *env) open(c *cli.Context) (*session, error) {
	who, err := speakerOf(c)
	if err != nil {
		return nil, err
	}
	s := &session{wait: c.Duration("wait"), at: c.String("at")}
	if s.wait <= 0 || s.wait > maxPatience {
		return nil, usagef("--wait takes a time such as 30s, of at most %v", maxPatience)
	}
	if s.fresh = node.Linearizable; c.Bool("local") {
		s.fresh = node.Local
	}
	if err := s.begin(who); err != nil {
		return nil, err
	}
	return s, nil
}

// begin finds out who speaks, with what keys, and where the others are.
func (s *session) begin(who speaker) (err error) {
	if err := s.find(who); err != nil {
		return err
	}
	if s.identity, err = identity.Open(s.keys, nil); err != nil {
		return usagef("%v", err)
	}
	if s.as == "" {
		s.as = s.identity.Capital()
	}
	if s.identity.Capital() != s.as {
		return usagef("%s holds the keys of %s, and you speak as %s", s.keys, s.identity.Capital(), s.as)
	}
	if err := s.identity.Check(); err != nil {
		return usagef("%v", err)
	}
	if err := s.neighbours(who); err != nil {
		return err
	}
	s.connect()
	return nil
}

// find finds the capital's settings and keys.
func (s *session) find(who speaker) error {
	s.as, s.keys = who.As, who.Identity
	switch {
	case who.Data == "" && who.API != "" && who.Identity != "":
		return nil
	case who.Data == "":
		return usagef("say where the conference is: --data DIR, PARLEY_DATA or parley context (or --api with --identity)")
	}
	configs, err := configsIn(who.Data)
	if err != nil {
		return err
	}
	var ids []string
	for _, c := range configs {
		ids = append(ids, c.Capital)
	}
	own := isFile(filepath.Join(who.Data, host.ConfigFile))
	if !own {
		s.data = who.Data
	}
	for _, c := range configs {
		switch {
		case who.As == c.Capital:
			s.config = c
		case who.As != "" || !own && len(configs) > 1 && !isFile(filepath.Join(c.IdentityFolder(), "signing.key")):
		case s.config == nil:
			s.config = c
		default:
			s.others = append(s.others, c.Capital)
		}
	}
	switch {
	case s.config == nil && who.As == "":
		return usagef("%s holds no capital's keys: say who speaks with --as", who.Data)
	case s.config == nil:
		return usagef("%s has no capital %q%s", who.Data, who.As, oneOf(who.As, ids))
	}
	if s.as = s.config.Capital; s.keys == "" {
		s.keys = s.config.IdentityFolder()
	}
	return nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// configsIn reads the settings of the capitals whose folders are in a conference's folder, or of the one whose folder it
// is, in the charter's order; those that were admitted later come last.
func configsIn(folder string) ([]*host.Config, error) {
	if file := filepath.Join(folder, host.ConfigFile); isFile(file) {
		c, err := host.LoadConfig(file)
		if err != nil {
			return nil, usagef("%v", err)
		}
		return []*host.Config{c}, nil
	}
	files, err := filepath.Glob(filepath.Join(folder, "*", host.ConfigFile))
	if err != nil || len(files) == 0 {
		return nil, usagef("%s is not the folder of a conference, nor of a capital", folder)
	}
	var all []*host.Config
	for _, file := range files {
		c, err := host.LoadConfig(file)
		if err != nil {
			return nil, usagef("%v", err)
		}
		all = append(all, c)
	}
	place := func(c *host.Config) int {
		i := slices.IndexFunc(all[0].Peers, func(p host.Peer) bool { return p.Capital == c.Capital })
		if i < 0 {
			return len(all[0].Peers)
		}
		return i
	}
	slices.SortStableFunc(all, func(a, b *host.Config) int { return place(a) - place(b) })
	return all, nil
}

// neighbours finds where the interfaces of the capitals are, the session's own first.
func (s *session) neighbours(who speaker) error {
	add := func(capital, address string) {
		if !slices.ContainsFunc(s.peers, func(p peer) bool { return p.capital == capital }) {
			s.peers = append(s.peers, peer{capital, address})
		}
	}
	switch {
	case who.API != "":
		address := strings.TrimSuffix(strings.TrimPrefix(who.API, "https://"), "/")
		if _, _, err := net.SplitHostPort(address); err != nil {
			return usagef("--api takes HOST:PORT, not %q", who.API)
		}
		add(s.as, address)
	default:
		add(s.as, s.config.API.Address())
	}
	if s.config != nil {
		for _, p := range s.config.Peers {
			add(p.Capital, p.API)
		}
	}
	if s.data != "" { // capitals that were admitted after these settings were written
		if configs, err := configsIn(s.data); err == nil {
			for _, c := range configs {
				add(c.Capital, c.API.Address())
			}
		}
	}
	if s.at != "" && !slices.ContainsFunc(s.peers, func(p peer) bool { return p.capital == s.at }) {
		var ids []string
		for _, p := range s.peers {
			ids = append(ids, p.capital)
		}
		return usagef("--at: there is no capital %q%s", s.at, oneOf(s.at, ids))
	}
	return nil
}

// connect makes the HTTP client: it expects at each address the certificate of the capital that is there.
func (s *session) connect() {
	for _, p := range slices.Backward(s.peers) {
		s.capitals.Store(p.api, p.capital)
	}
	dialer := &net.Dialer{Timeout: dialTime}
	s.http = &http.Client{Transport: &http.Transport{
		TLSHandshakeTimeout: dialTime, MaxIdleConnsPerHost: 4, DisableCompression: true,
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			capital, known := s.capitals.Load(address)
			if !known {
				return nil, fmt.Errorf("%s is no capital's interface", address)
			}
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			ctx, cancel := context.WithTimeout(ctx, dialTime)
			defer cancel()
			secured := tls.Client(conn, s.identity.Client(capital.(string), "http/1.1"))
			if err := secured.HandshakeContext(ctx); err != nil {
				return nil, errors.Join(err, conn.Close())
			}
			return secured, nil
		},
	}}
}

// meet adds a capital that the settings do not have, with the base URL that another one has told. It is not called while
// others use the session. An address at which another capital is expected is refused.
func (s *session) meet(capital, base string) (peer, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" || u.Port() == "" || u.String() != "https://"+u.Host {
		return peer{}, fmt.Errorf("its interface is said to be at %.300q, which is no address", base)
	}
	p := peer{capital, u.Host}
	if other, taken := s.capitals.LoadOrStore(p.api, p.capital); taken && other != p.capital {
		return peer{}, fmt.Errorf("its interface is said to be at %s, where %s is", p.api, other)
	}
	s.peers = append(s.peers, p)
	return p, nil
}

// close lets go of connections.
func (s *session) close() { s.http.CloseIdleConnections() }

// client returns a client of capitals, in this order.
func (s *session) client(peers ...peer) *api.Client {
	bases := make([]string, len(peers))
	for i, p := range peers {
		bases[i] = (&url.URL{Scheme: "https", Host: p.api}).String()
	}
	c, err := api.NewClient(bases, s.http)
	if err != nil { // host:port makes a base URL
		panic("parley: " + err.Error())
	}
	return c
}

// own is a client of the session's own capital: for its moves.
func (s *session) own() *api.Client { return s.client(s.peers[0]) }

// anyone is a client for reads: of the capital that --at names, or else of all.
func (s *session) anyone() *api.Client {
	if s.at != "" {
		i := slices.IndexFunc(s.peers, func(p peer) bool { return p.capital == s.at })
		return s.client(s.peers[i])
	}
	return s.client(s.peers...)
}

// charter reads the charter, or takes that of the capital's folder if nobody answers.
func (s *session) charter(ctx context.Context) (*terms.Charter, error) {
	charter, err := s.anyone().Charter(ctx, node.Local)
	if err == nil && charter != nil {
		return charter, nil
	}
	if s.config != nil {
		if kept, e := s.config.LoadCharter(); e == nil {
			return kept, nil
		}
	}
	return nil, told(err)
}

// speak opens a session for a command, and closes it.
func (e *env) speak(c *cli.Context, f func(ctx context.Context, s *session) error) error {
	s, err := e.open(c)
	if err != nil {
		return err
	}
	defer s.close()
	ctx, cancel := context.WithTimeout(c.Context, s.wait)
	defer cancel()
	return f(ctx, s)
}

// act is speak for what a capital does and not only reads: somebody must have said which capital.
func (e *env) act(c *cli.Context, f func(ctx context.Context, s *session) error) error {
	return e.speak(c, func(ctx context.Context, s *session) error {
		if err := s.named(); err != nil {
			return err
		}
		return f(ctx, s)
	})
}

// named returns an error if nobody has said who speaks and it could be several capitals.
func (s *session) named() error {
	if len(s.others) == 0 {
		return nil
	}
	return usagef("say who speaks, with --as, PARLEY_AS or a context: %s", strings.Join(append([]string{s.as}, s.others...), ", "))
}

// oneOf says which id was meant, or which there are.
func oneOf(written string, ids []string) string {
	if near := scenarios.Nearest(written, ids); near != "" {
		return "; did you mean " + near + "?"
	}
	return "; there is " + strings.Join(ids, ", ")
}

// told gives an error of the interface its exit status and plain words: what was asked for wrongly is the usage's, and the
// rest is technical, so that the outcome is unknown.
func told(err error) error {
	var p *api.Problem
	if errors.As(last(err), &p) {
		switch p.Code {
		case api.CodeNotFound:
			return &notFound{p.Detail}
		case api.CodeUnknownClient, api.CodeNotYours, api.CodeMalformed, api.CodeInvalid, api.CodeTooLarge:
			return usagef("%s", p.Detail)
		}
	}
	switch {
	case errors.Is(err, node.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		return errors.New(noQuorum + "; try again, --wait longer, or read what one capital knows with --local")
	case unreached(err):
		return fmt.Errorf("no capital can be reached: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return err
}

// noQuorum is what is told of most failures that are nobody's decision.
const noQuorum = "no leader that a majority of the capitals follows could be reached in time"

// last returns the last of joined errors: the answer at which a client stopped to ask others.
func last(err error) error {
	if joined, is := err.(interface{ Unwrap() []error }); is {
		if all := joined.Unwrap(); len(all) > 0 {
			return last(all[len(all)-1])
		}
	}
	return err
}

// notFound is that there is no such thing: exit status 1.
type notFound struct{ text string }

func (e *notFound) Error() string { return e.text }
