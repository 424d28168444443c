package terms

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// snapshotFormat is raised whenever a snapshot is written that older code would misread.
const snapshotFormat = 1

// snapshot is the whole state as it is stored.
type snapshot struct {
	Format   int               `json:"format"`
	Charter  *Charter          `json:"charter,omitempty"`
	Now      Instant           `json:"now"`
	Sequence uint64            `json:"sequence"`
	Chain    []byte            `json:"chain"`
	Capitals []snapshotCapital `json:"capitals,omitempty"`
	Plans    []*plan           `json:"plans,omitempty"`
	Pledges  []pledge          `json:"pledges,omitempty"`
	Motions  []motion          `json:"motions,omitempty"`
	Founding []byte            `json:"founding,omitempty"` // the hash of the first charter, of which Charter may be a later form
}

type snapshotCapital struct {
	Left     bool     `json:"left,omitempty"`
	Expelled bool     `json:"expelled,omitempty"`
	Results  []stored `json:"results,omitempty"`
}

// Snapshot encodes the whole state. Restoring it gives a state with the same Hash.
func (s *State) Snapshot() ([]byte, error) {
	snap := snapshot{
		Format: snapshotFormat, Charter: s.charter, Now: s.now, Sequence: s.sequence, Chain: s.chain[:],
		Plans: s.plans, Pledges: s.pledges, Motions: s.motions,
	}
	if s.charter != nil {
		snap.Founding = s.founding[:]
	}
	for i := range s.capitals {
		snap.Capitals = append(snap.Capitals, snapshotCapital{s.capitals[i].left, s.capitals[i].expelled, s.capitals[i].results})
	}
	b, err := json.Marshal(&snap)
	if err != nil {
		return nil, fmt.Errorf("encode the state: %w", err)
	}
	return b, nil
}

// Restore replaces the whole state by what Snapshot wrote. On an error nothing changes.
func (s *State) Restore(b []byte) error {
	var snap snapshot
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&snap); err != nil {
		return fmt.Errorf("decode the state: %w", err)
	}
	if dec.More() {
		return errors.New("decode the state: something follows it")
	}
	if snap.Format != snapshotFormat {
		return fmt.Errorf("the state is stored in format %d; this version reads format %d", snap.Format, snapshotFormat)
	}
	fresh := New(Options{Verify: s.verify, Prepare: s.prepare})
	if err := fresh.load(&snap); err != nil {
		return fmt.Errorf("the stored state is damaged: %w", err)
	}
	*s = *fresh
	return nil
}

func (s *State) load(snap *snapshot) error {
	if len(snap.Chain) != len(s.chain) || snap.Charter != nil && len(snap.Founding) != len(s.founding) {
		return errors.New("its chain or its founding hash has the wrong length")
	}
	if snap.Charter == nil {
		if snap.Sequence != 0 || len(snap.Plans) > 0 || len(snap.Capitals) > 0 || len(snap.Pledges) > 0 {
			return errors.New("it has no charter")
		}
		return nil
	}
	ready, err := Prepare(snap.Charter)
	if err != nil {
		return err
	}
	if len(snap.Capitals) != len(snap.Charter.Capitals) {
		return errors.New("its capitals are not those of its charter")
	}
	s.adopt(ready)
	s.now, s.sequence = snap.Now, snap.Sequence
	copy(s.chain[:], snap.Chain)
	copy(s.founding[:], snap.Founding)
	for i, c := range snap.Capitals {
		s.capitals[i] = capital{left: c.Left, expelled: c.Expelled, results: c.Results}
	}
	for _, p := range snap.Plans {
		if p == nil {
			return errors.New("it has an empty plan")
		}
		if err := s.loadPlan(p); err != nil {
			return fmt.Errorf("plan %q: %w", clip(p.ID), err)
		}
	}
	for _, mo := range snap.Motions {
		if err := s.loadMotion(mo); err != nil {
			return err
		}
	}
	for i := range snap.Pledges {
		if err := s.loadPledge(snap.Pledges[i]); err != nil {
			return fmt.Errorf("pledge %d: %w", i+1, err)
		}
	}
	return nil
}

func (s *State) loadPlan(p *plan) error {
	p.procedure = s.charter.Procedure(p.Draft.Procedure)
	if p.ID == "" || s.byID[p.ID] != nil || p.procedure == nil || p.Stage < 0 || p.Stage >= len(p.procedure.Stages) {
		return errors.New("its id, procedure or stage is wrong")
	}
	text, why := s.checkText(p.Terms)
	if why != nil {
		return errors.New(why.reason)
	}
	p.Terms = text
	if why := s.checkDraft(&p.Draft, p.Terms, p.procedure); why != nil {
		return errors.New(why.reason)
	}
	var err error
	if p.ballot, err = s.ballot(p.procedure, p.Stage, p.Terms); err != nil {
		return err
	}
	if !slices.Contains(Outcomes(), p.Outcome) || (p.Outcome == Adopted) != (p.Agreement != nil) {
		return errors.New("its outcome is wrong")
	}
	if p.Outcome == Open && len(p.Answers) != len(p.ballot.voters) || p.Outcome != Open && (p.Tally == nil || len(p.Answers) > 0) {
		return errors.New("its positions are wrong")
	}
	for i := range p.Answers {
		a := &p.Answers[i]
		if a.Position > Abstain || a.If != nil && a.Position != Consent {
			return errors.New("it has a position that there is not")
		}
		if a.If != nil {
			if why := s.checkCondition(a.If, 0); why != nil {
				return errors.New(why.reason)
			}
			s.conditional++
		}
	}
	if p.Outcome == Open && p.Deadline != 0 && p.Deadline < s.now || p.ends() && p.Agreement.Until < s.now {
		return errors.New("a deadline of it has gone by")
	}
	for _, x := range p.Extend {
		if p.voter(x.Capital) < 0 {
			return errors.New("an extension is asked by a capital that is not asked")
		}
	}
	p.order = len(s.plans)
	s.plans = append(s.plans, p)
	s.byID[p.ID] = p
	if p.Outcome == Open {
		s.open = append(s.open, p)
	}
	if p.Agreement != nil && p.Agreement.Status == Awaiting || p.ends() {
		s.live = append(s.live, p)
	}
	return nil
}

func (s *State) loadPledge(p pledge) error {
	if _, known := s.index[p.Capital]; !known || s.charter.Term(p.Term) == nil || s.pledgeOf(p.Capital, p.Term) >= 0 {
		return errors.New("its capital or term is wrong")
	}
	if p.If != nil {
		if why := s.checkCondition(p.If, 0); why != nil {
			return errors.New(why.reason)
		}
		s.conditional++
	}
	s.pledges = append(s.pledges, p)
	return nil
}
