package terms

import "crypto/sha256"

// Founding is a charter that is ready to found a conference: it is checked and hashed, and its rules are compiled. It is
// read-only, so that one may be shared.
type Founding struct {
	charter *Charter
	sum     [32]byte                 // SHA-256 of the charter's canonical encoding
	index   map[string]int           // capital id to its place
	ballots map[*Procedure][]*Ballot // of the stages, for texts that set no reserved term
}

// Prepare makes a charter ready, which must not be changed afterwards. Its error is that of Charter.Validate.
func Prepare(c *Charter) (*Founding, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	f := &Founding{
		charter: c,
		sum:     sha256.Sum256(appendCharter(nil, c)),
		index:   make(map[string]int, len(c.Capitals)),
		ballots: make(map[*Procedure][]*Ballot, len(c.Procedures)),
	}
	for i := range c.Capitals {
		f.index[c.Capitals[i].ID] = i
	}
	for i := range c.Procedures {
		p := &c.Procedures[i]
		for stage := range p.Stages {
			ballot, err := c.StageBallot(p, stage, nil)
			if err != nil { // Validate compiled it too
				panic("terms: a charter that was checked cannot decide: " + err.Error())
			}
			f.ballots[p] = append(f.ballots[p], ballot)
		}
	}
	return f, nil
}
