package terms

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"testing"
)

// A conference to measure: n capitals, named c0, c1, ...; three draft, all then decide, five of them holding a brake.
func benchCharter(n int, signed bool) (*Charter, []ed25519.PrivateKey) {
	ids, five := "", ""
	for i := range n {
		ids += fmt.Sprintf("c%d ", i)
		if i < 5 {
			five += fmt.Sprintf("c%d ", i)
		}
	}
	c := charterOf([]string{
		"capitals " + ids, "term air flag", "term force choice none un nato", "term troops quantity 0..30000", "term length duration 30d 60d",
		"term line choice current pre-2022 reserved_to c3 c4", "procedure plan",
		"stage drafting members c0 c1 c2 rule unanimous window 5d",
		fmt.Sprintf("stage parties members %srule all(yes %d, no_objection_from %s) window 20d", ids, min(n-1, 9), five),
	})
	keys := make([]ed25519.PrivateKey, n)
	for i := range keys {
		seed := sha256.Sum256([]byte{byte(i), byte(i >> 8)})
		keys[i] = ed25519.NewKeyFromSeed(seed[:])
		if signed {
			c.Capitals[i].Key = keys[i].Public().(ed25519.PublicKey)
		}
	}
	return c, keys
}

// One negotiation: drafting, a veto, an amendment, a link to pledges, a decision; half of the texts set a reserved term.
func benchCycle(n int) []string {
	yes := min(n-1, 9)
	cycle := []string{
		"c0 propose PLAN by plan set air=true force=nato troops=10000 length=30d",
		"c1 consent PLAN", "c2 consent PLAN version 1", "c3 consent PLAN",
		`c4 veto PLAN citing force saying "No troops of these countries"`,
		"c1 amend PLAN set force=un", "c0 consent PLAN", "c2 object PLAN", "c2 consent PLAN",
		"c3 pledge troops 5000 if pledged troops by_at_least 2", "c4 pledge troops 2000",
		"c3 consent PLAN if pledged troops total 7000", "c4 abstain PLAN", "c4 say so be it", "c9 consent PLAN",
		"c3 unpledge troops", "c3 pledge troops 5000",
	}
	for i := range yes + 1 {
		cycle = append(cycle, fmt.Sprintf("c%d consent PLAN", i))
	}
	return append(cycle, "c0 report PLAN against c4", "c4 denounce PLAN")
}

// benchFeed makes the record, move by move. It reuses what the moves point to, as the state may keep it but never changes it.
type benchFeed struct {
	charter *Charter
	keys    []ed25519.PrivateKey
	cycle   []Move
	who     []int
	numbers []uint64
	at, n   int
	time    Instant
	plan    string
}

func newBenchFeed(capitals int, signed bool) *benchFeed {
	f := &benchFeed{numbers: make([]uint64, capitals), plan: "plan-0"}
	f.charter, f.keys = benchCharter(capitals, signed)
	f.time = f.charter.Start
	for _, line := range benchCycle(capitals) {
		who := 0
		fmt.Sscanf(line, "c%d", &who)
		who %= capitals
		m := moveOf(line[3:])
		m.Capital, m.Conference = f.charter.Capitals[who].ID, "test"
		f.cycle, f.who = append(f.cycle, m), append(f.who, who)
	}
	return f
}

func (f *benchFeed) next(signed bool) *Move {
	if f.at == len(f.cycle) {
		f.at, f.n = 0, f.n+1
		f.plan = fmt.Sprintf("plan-%d", f.n)
	}
	m, who := &f.cycle[f.at], f.who[f.at]
	f.at++
	f.numbers[who]++
	f.time += 600
	m.Number, m.Time = f.numbers[who], f.time
	if m.Plan != "" {
		m.Plan = f.plan
	}
	if signed {
		m.Sign(f.keys[who])
	}
	return m
}

func (f *benchFeed) play(s *State, moves int) (refused int) {
	for range moves {
		if s.Apply(f.next(false)).Refused {
			refused++
		}
	}
	return refused
}

// TestBenchRecord makes sure that what is measured is a negotiation: few moves are refused, and plans are adopted.
func TestBenchRecord(t *testing.T) {
	for _, capitals := range []int{5, 21, 193} {
		f := newBenchFeed(capitals, false)
		s := founded(f.charter)
		moves := 10 * len(f.cycle)
		refused := f.play(s, moves)
		adopted := 0
		for _, p := range s.Plans() {
			if p.Outcome == Adopted {
				adopted++
			}
		}
		if adopted != 10 || refused > moves/5 {
			t.Errorf("%d capitals: %d of 10 plans adopted, %d of %d moves refused", capitals, adopted, refused, moves)
		}
	}
}

// BenchmarkApply measures one move of a realistic mix.
func BenchmarkApply(b *testing.B) {
	for _, capitals := range []int{5, 21, 193} {
		b.Run(fmt.Sprintf("capitals=%d", capitals), func(b *testing.B) { benchApply(b, capitals, 0) })
	}
	for _, before := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("record=%d", before), func(b *testing.B) { benchApply(b, 5, before) })
	}
	b.Run("hash-each", func(b *testing.B) {
		f := newBenchFeed(5, false)
		s := founded(f.charter)
		b.ReportAllocs()
		for b.Loop() {
			s.Apply(f.next(false))
			s.Hash()
		}
	})
	b.Run("signed", func(b *testing.B) {
		f := newBenchFeed(5, true)
		var moves []Move
		for range 2000 {
			moves = append(moves, *f.next(true))
		}
		s := founded(f.charter)
		i := 0
		for b.Loop() {
			if i == len(moves) {
				s, i = founded(f.charter), 0
			}
			s.Apply(&moves[i])
			i++
		}
	})
}

func benchApply(b *testing.B, capitals, before int) {
	f := newBenchFeed(capitals, false)
	s := founded(f.charter)
	f.play(s, before)
	b.ReportAllocs()
	for b.Loop() {
		s.Apply(f.next(false))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "moves/s")
}

// BenchmarkSnapshot measures a snapshot and its restoration after a record of 100,000 moves.
func BenchmarkSnapshot(b *testing.B) {
	f := newBenchFeed(5, false)
	s := founded(f.charter)
	f.play(s, 100_000)
	for b.Loop() {
		snap := must(s.Snapshot())
		b.SetBytes(int64(len(snap)))
		if err := New(Options{Verify: stdRule}).Restore(snap); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(snap))/1e6, "MB")
	}
}
