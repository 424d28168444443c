package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/identity"
	"github.com/parley-sim/parley/node/terms"
)

// parley rotate certificate|key
func (e *env) rotateCommand() *cli.Command {
	return &cli.Command{
		Name: "rotate", Usage: "give a capital a new certificate, or a new signing key", ArgsUsage: "certificate|key",
		Category: "a running conference",
		Description: "certificate: the conference's authority (ca in --data, or --ca) issues a new one for a new TLS key;\n" +
			"the capital that runs takes it into use within a second. key: the capital tells the record its new\n" +
			"signing key, in a move that the old one signs, and signs with the new one from then on. Both are\n" +
			"done in the capital's own folder, and done again if they were interrupted.",
		Flags: moveFlags(
			&cli.StringFlag{Name: "ca", Usage: "the authority's folder: `DIR`", DefaultText: "ca in --data"},
			&cli.DurationFlag{Name: "valid", Usage: "how long the certificate is valid: `TIME`, such as 8760h", Value: newcomerLasts}),
		Action: func(c *cli.Context) error {
			what := c.Args().First()
			if c.NArg() != 1 || what != "certificate" && what != "key" {
				return usagef("rotate takes certificate or key")
			}
			if what == "certificate" {
				return e.rotateCertificate(c)
			}
			return e.act(c, func(ctx context.Context, s *session) error { return e.rotateKey(ctx, c, s) })
		},
	}
}

// rotateCertificate asks nobody: it works for a capital that is down, and for one whose certificate has expired.
func (e *env) rotateCertificate(c *cli.Context) error {
	if c.Duration("valid") <= 0 {
		return usagef("--valid takes a time such as 8760h")
	}
	who, err := speakerOf(c)
	if err != nil {
		return err
	}
	s := &session{}
	if err := s.find(who); err != nil {
		return err
	}
	if err := s.named(); err != nil {
		return err
	}
	authority, err := s.authority(c)
	if err != nil {
		return err
	}
	capital, err := identity.RenewFolder(authority, s.keys, identity.For(c.Duration("valid")))
	if err != nil {
		return usagef("%v", err)
	}
	until := capital.Certificate.NotAfter.UTC()
	if c.Bool("json") {
		return e.printJSON(map[string]any{"capital": capital.ID, "serial": capital.Certificate.SerialNumber.Text(16), "until": until.Format(time.RFC3339)})
	}
	return e.print(fmt.Sprintf("%s has a new certificate, valid until %s.\n", capital.ID, until.Format("2 January 2006")))
}

// rotateKey makes the new key first, in a file of its own, then the move. The capital puts the key into its place when the
// record has it; if that was interrupted, it does so when its next move is refused for its signature.
func (e *env) rotateKey(ctx context.Context, c *cli.Context, s *session) error {
	charter, err := s.charter(ctx)
	if err != nil {
		return err
	}
	next, err := identity.NextSigningKey(s.keys)
	if err != nil {
		return usagef("%v", err)
	}
	move := api.MoveRequest{Verb: terms.VerbRekey, Key: next.PublicKey()}
	answer, err := e.submit(ctx, c, s, &move)
	if err != nil {
		return err
	}
	if answer.Outcome == node.Recorded || answer.Code == terms.RefusedNoChange { // done now, or by a run that was interrupted
		if _, err := identity.SigningKeyFor(s.keys, next.PublicKey()); err != nil {
			return err
		}
	}
	if c.Bool("json") {
		if err := e.printJSON(moveAnswer{answer.Outcome, answer.Index, answer.Reason, answer}); err != nil {
			return err
		}
	} else if err := e.tell(s, charter, &move, &answer); err != nil {
		return err
	}
	return outcomeStatus(answer.Outcome)
}
