package scenarios

// deals reads what a deal must hold to whatever the plan, for the analysis of deals:
//
//	deals: {require: [{if: {force: un}, then: {troops: ">= 5000"}}]}
func (p *parser) deals(f fields) {
	v, ok := f.get("deals")
	if !ok || v.kind == null {
		return
	}
	d, ok := p.fields(v, "deals", "deals")
	if !ok {
		return
	}
	require, ok := d.get("require")
	if !ok {
		return
	}
	for _, x := range p.items(require) {
		if r, ok := p.requirement(x); ok {
			p.scenario.Requirements = append(p.scenario.Requirements, r)
		}
	}
}

func (p *parser) requirement(v value) (Requirement, bool) {
	r := Requirement{Pos: v.pos}
	f, ok := p.fields(v, "a link between terms", "requirement")
	if !ok {
		return r, false
	}
	when, has := f.need("if", "the terms that it is about, such as {force: un}")
	if has {
		r.If, ok = p.tests(when)
	}
	then, must := f.need("then", "what the deal must say too, such as {troops: \">= 5000\"}")
	if must {
		var fine bool
		r.Then, fine = p.tests(then)
		ok = ok && fine
	}
	return r, has && must && ok
}
