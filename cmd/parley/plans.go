package main

import (
	"context"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report"
)

// parley plans [--json]
func (e *env) plansCommand() *cli.Command {
	return &cli.Command{
		Name: "plans", Usage: "show how all plans stand", Category: "a running conference", Flags: textFlags(readFlags()),
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return usagef("plans shows all plans; parley plan %s shows one", c.Args().First())
			}
			return e.speak(c, func(ctx context.Context, s *session) error {
				list, err := s.anyone().Plans(ctx, s.fresh)
				if err != nil {
					return told(err)
				}
				pledges, err := s.anyone().Pledges(ctx, s.fresh)
				if err != nil {
					return told(err)
				}
				if c.Bool("json") {
					return e.printJSON(plansJSON(list.Plans))
				}
				return e.showPlans(ctx, c, s, list.Plans, pledges.Pledges)
			})
		},
	}
}

// parley plan ID [--json]
func (e *env) planCommand() *cli.Command {
	return &cli.Command{
		Name: "plan", Usage: "show how a plan stands, and why", ArgsUsage: "ID", Category: "a running conference",
		Flags: textFlags(readFlags()),
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return usagef("plan: name one plan; parley plans lists them")
			}
			return e.speak(c, func(ctx context.Context, s *session) error {
				a, err := s.anyone().Plan(ctx, c.Args().First(), s.fresh)
				if err != nil {
					return told(err)
				}
				if c.Bool("json") {
					return e.printJSON(report.PlanJSON(&a.Plan))
				}
				return e.showPlans(ctx, c, s, []terms.PlanView{a.Plan}, nil)
			})
		},
	}
}

func plansJSON(plans []terms.PlanView) []any {
	all := []any{}
	for i := range plans {
		all = append(all, report.PlanJSON(&plans[i]))
	}
	return all
}

// showPlans writes plans and pledges for a person.
func (e *env) showPlans(ctx context.Context, c *cli.Context, s *session, plans []terms.PlanView, pledges []terms.PledgeView) error {
	charter, err := s.charter(ctx)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := report.Standing(&b, charter, plans, pledges, e.style(c)); err != nil {
		return err
	}
	return e.print(b.String())
}

// style is how text is set.
func (e *env) style(c *cli.Context) report.Options {
	return report.Options{Width: e.width(c.Int("width")), Colour: e.colour(c.String("color"))}
}
