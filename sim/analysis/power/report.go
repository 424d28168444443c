package power

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// Report is the analysis of a scenario's rules: of each stage, and of each procedure as a whole.
type Report struct {
	Scenario   *scenarios.Scenario
	Stages     []Stage
	Procedures []Whole
}

// Stage is a stage of a procedure, as a game. A stage has an entry for each set of capitals that are heard in it, since terms
// of a plan are reserved to them.
type Stage struct {
	Procedure string
	Name      string
	Plans     []string // that take it; none if a procedure was asked for
	Rule      terms.Rule
	Members   []string
	Heard     []string // asked for a term reserved to them, though no members
	*Result
}

// Whole is a procedure: a coalition wins if it wins in every stage.
type Whole struct {
	Procedure string
	Plans     []string
	Stages    []string
	*Result
}

// Choice says which rules of a scenario are looked at. The zero value is those of all plans; where there are no plans, of
// all procedures.
type Choice struct {
	Plan      string // only of this plan
	Procedure string // only of this procedure, by itself: without the terms that plans set
}

// way is a procedure with the capitals to which terms of the plans that take it are reserved.
type way struct {
	procedure *terms.Procedure
	text      []terms.Setting
	plans     []string
}

// Scenario analyses the rules of a scenario. An error names a plan or procedure that is not there, or is the context's.
func Scenario(ctx context.Context, s *scenarios.Scenario, choice Choice, o Options) (*Report, error) {
	ways, err := waysOf(s, choice)
	if err != nil {
		return nil, err
	}
	report := &Report{Scenario: s}
	for _, w := range ways {
		whole := Whole{Procedure: w.procedure.Name, Plans: w.plans}
		var ballots []*terms.Ballot
		for i := range w.procedure.Stages {
			st := &w.procedure.Stages[i]
			b, err := s.Charter.StageBallot(w.procedure, i, w.text)
			if err != nil {
				return nil, fmt.Errorf("procedure %s, stage %s: %w", w.procedure.Name, st.Name, err)
			}
			stage := Stage{Procedure: w.procedure.Name, Name: st.Name, Plans: w.plans, Rule: st.Rule, Members: st.Members}
			for _, v := range b.Voters() {
				if !v.Member {
					stage.Heard = append(stage.Heard, v.ID)
				}
			}
			same := slices.IndexFunc(report.Stages, func(x Stage) bool {
				return x.Procedure == stage.Procedure && x.Name == stage.Name && slices.Equal(x.Heard, stage.Heard)
			})
			if same >= 0 { // what is reserved is asked for in another stage
				report.Stages[same].Plans = append(slices.Clip(report.Stages[same].Plans), w.plans...)
				stage.Result = report.Stages[same].Result
			} else {
				o.what = fmt.Sprintf("stage %s of procedure %s", st.Name, w.procedure.Name)
				if stage.Result, err = New(b).Analyze(ctx, o); err != nil {
					return nil, err
				}
				report.Stages = append(report.Stages, stage)
			}
			whole.Stages, whole.Result = append(whole.Stages, st.Name), stage.Result
			ballots = append(ballots, b)
		}
		if len(ballots) > 1 {
			o.what = fmt.Sprintf("procedure %s as a whole", w.procedure.Name)
			if whole.Result, err = New(ballots...).Analyze(ctx, o); err != nil {
				return nil, err
			}
		}
		report.Procedures = append(report.Procedures, whole)
	}
	return report, nil
}

func waysOf(s *scenarios.Scenario, choice Choice) ([]way, error) {
	c := &s.Charter
	if choice.Procedure != "" || len(s.Plans) == 0 && choice.Plan == "" {
		var ways []way
		for i := range c.Procedures {
			if p := &c.Procedures[i]; choice.Procedure == "" || p.Name == choice.Procedure {
				ways = append(ways, way{procedure: p})
			}
		}
		if len(ways) == 0 && choice.Procedure != "" {
			return nil, fmt.Errorf("there is no procedure %q; the scenario has %s", choice.Procedure, namesOr(c.Procedures, func(p terms.Procedure) string { return p.Name }))
		}
		return ways, nil
	}
	var ways []way
	var reserved []string
	for i := range s.Plans {
		p := &s.Plans[i]
		if choice.Plan != "" && p.ID != choice.Plan {
			continue
		}
		proc := c.Procedure(p.Draft.Procedure)
		if proc == nil {
			return nil, fmt.Errorf("plan %s has no procedure %q", p.ID, p.Draft.Procedure)
		}
		holders := strings.Join(c.Reserved(p.Draft.Terms), " ")
		at := slices.IndexFunc(ways, func(w way) bool { return w.procedure == proc })
		for at >= 0 && at < len(ways) && (ways[at].procedure != proc || reserved[at] != holders) {
			at++
		}
		if at < 0 || at == len(ways) {
			ways, reserved = append(ways, way{procedure: proc, text: p.Draft.Terms}), append(reserved, holders)
			at = len(ways) - 1
		}
		ways[at].plans = append(ways[at].plans, p.ID)
	}
	if len(ways) == 0 {
		return nil, fmt.Errorf("there is no plan %q; the scenario has %s", choice.Plan, namesOr(s.Plans, func(p scenarios.Plan) string { return p.ID }))
	}
	return ways, nil
}

func namesOr[T any](all []T, name func(T) string) string {
	if len(all) == 0 {
		return "none"
	}
	names := make([]string, len(all))
	for i, x := range all {
		names[i] = name(x)
	}
	return join(names, "and")
}

// few is how many minimal winning coalitions are listed in JSON.
const few = 100

// JSON is the report as parley analyze --json prints it, without what other analyses add.
func (r *Report) JSON() map[string]any {
	stages, wholes := []any{}, []any{}
	for i := range r.Stages {
		s := &r.Stages[i]
		v := s.Result.json()
		v.Name, v.Procedure, v.Plans, v.Rule, v.Heard = s.Name, s.Procedure, s.Plans, s.Rule.String(), s.Heard
		v.Members = s.Members
		stages = append(stages, v)
	}
	for i := range r.Procedures {
		p := &r.Procedures[i]
		v := p.Result.json()
		v.Procedure, v.Plans, v.Stages = p.Procedure, p.Plans, p.Stages
		wholes = append(wholes, v)
	}
	return map[string]any{"scenario": r.Scenario.ID, "stages": stages, "procedures": wholes}
}

type jsonGame struct {
	Name      string   `json:"name,omitempty"`
	Procedure string   `json:"procedure"`
	Plans     []string `json:"plans,omitempty"`
	Stages    []string `json:"stages,omitempty"`
	Rule      string   `json:"rule,omitempty"`
	Members   []string `json:"members"`
	Heard     []string `json:"heard,omitempty"`

	Exact  bool   `json:"exact"`
	Method string `json:"method"`

	Estimated  []string          `json:"estimated,omitempty"`   // what is not exact: of winning_share, banzhaf, shapley_shubik
	NotCounted map[string]string `json:"not_counted,omitempty"` // what is not known, and why: of minimal_winning, minimal_blocking_count

	Winning      *number `json:"winning"` // null: not known
	WinningShare float64 `json:"winning_share"`
	WinningRange *bounds `json:"winning_share_interval,omitempty"`

	MinimalWinning       *number     `json:"minimal_winning"`
	MinimalWinners       *[][]string `json:"minimal_winning_coalitions,omitempty"` // where they are few
	MinimalBlocking      [][]string  `json:"minimal_blocking"`
	MinimalBlockingCount *number     `json:"minimal_blocking_count"`
	MinimalBlockingAll   bool        `json:"minimal_blocking_complete"`
	Samples              int         `json:"samples,omitempty"`
	Seed                 *int64      `json:"sample_seed,omitempty"`

	Capitals map[string]jsonCapital `json:"capitals"`
}

type jsonCapital struct {
	Swings          *number  `json:"swings"`
	Banzhaf         *string  `json:"banzhaf"` // null: estimated
	BanzhafValue    float64  `json:"banzhaf_value"`
	BanzhafRange    *bounds  `json:"banzhaf_interval,omitempty"`
	BanzhafAbsolute float64  `json:"banzhaf_absolute"`
	AbsoluteExact   *string  `json:"banzhaf_absolute_fraction"`
	AbsoluteRange   *bounds  `json:"banzhaf_absolute_interval,omitempty"`
	Shapley         *string  `json:"shapley_shubik"`
	ShapleyValue    float64  `json:"shapley_shubik_value"`
	ShapleyRange    *bounds  `json:"shapley_shubik_interval,omitempty"`
	Prevent         *float64 `json:"coleman_prevent"`
	Initiate        *float64 `json:"coleman_initiate"`
	Veto            bool     `json:"veto"`
	Dummy           *bool    `json:"dummy"` // null: a sample does not tell
}

type bounds [2]float64

// number is a count; beyond 2^53 it is written as a string, since readers of JSON would lose digits.
type number struct{ *big.Int }

// MarshalJSON writes the count.
func (n number) MarshalJSON() ([]byte, error) {
	if n.BitLen() > 53 && n.CmpAbs(new(big.Int).Lsh(big.NewInt(1), 53)) > 0 {
		return []byte(`"` + n.String() + `"`), nil
	}
	return []byte(n.String()), nil
}

func counted(n *big.Int) *number {
	if n == nil {
		return nil
	}
	return &number{n}
}

func fraction(r *big.Rat) *string {
	if r == nil {
		return nil
	}
	s := r.RatString()
	return &s
}

func decimal(r *big.Rat) *float64 {
	if r == nil {
		return nil
	}
	v, _ := r.Float64()
	return &v
}

// interval is nil for what is exact.
func (e Estimate) interval() *bounds {
	if e.Low == e.High {
		return nil
	}
	return &bounds{e.Low, e.High}
}

func (r *Result) json() *jsonGame {
	v := &jsonGame{Exact: r.Exact, Method: r.Method, Estimated: r.Estimated(), NotCounted: r.NotCounted(), Winning: counted(r.Winning), WinningShare: r.WinningShare.Value,
		WinningRange: r.WinningShare.interval(), MinimalWinning: counted(r.MinimalWinning), MinimalBlocking: r.names(r.Blocking),
		MinimalBlockingCount: counted(r.MinimalBlocking), MinimalBlockingAll: r.BlockingAll, Samples: r.Samples,
		Capitals: map[string]jsonCapital{}}
	if r.Samples > 0 {
		v.Seed = &r.Seed
	}
	if r.WinnersAll && len(r.Winners) <= few {
		winners := r.names(r.Winners)
		v.MinimalWinners = &winners
	}
	if r.BlockingAll && v.MinimalBlockingCount == nil {
		v.MinimalBlockingCount = &number{big.NewInt(int64(len(r.Blocking)))}
	}
	if r.WinnersAll && v.MinimalWinning == nil {
		v.MinimalWinning = &number{big.NewInt(int64(len(r.Winners)))}
	}
	for i := range r.Players {
		p := &r.Players[i]
		v.Members = append(v.Members, p.ID)
		v.Capitals[p.ID] = jsonCapital{Swings: counted(p.Swings), Banzhaf: fraction(p.Banzhaf), BanzhafValue: p.BanzhafValue.Value,
			BanzhafRange: p.BanzhafValue.interval(), BanzhafAbsolute: p.BanzhafAbsoluteValue.Value, AbsoluteExact: fraction(p.BanzhafAbsolute),
			AbsoluteRange: p.BanzhafAbsoluteValue.interval(), Shapley: fraction(p.ShapleyShubik), ShapleyValue: p.ShapleyShubikValue.Value,
			ShapleyRange: p.ShapleyShubikValue.interval(), Prevent: decimal(p.Prevent), Initiate: decimal(p.Initiate), Veto: p.Veto, Dummy: p.Dummy}
	}
	return v
}

// names writes coalitions with the players' ids.
func (r *Result) names(coalitions [][]int) [][]string {
	out := [][]string{}
	for _, c := range coalitions {
		ids := []string{}
		for _, i := range c {
			ids = append(ids, r.Players[i].ID)
		}
		out = append(out, ids)
	}
	return out
}
