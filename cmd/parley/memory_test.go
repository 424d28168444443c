package main

import "testing"

func TestWhatIsInUseIsNotTrimmedOverAndOver(t *testing.T) {
	const mib = 1 << 20
	now, inUse, trims := 20*mib, 10*mib, 0
	x := trimming{resident: func() (int, bool) { return now, true }, trim: func() { trims++; now = inUse }}
	for _, step := range []struct {
		now, inUse, trims int
		why               string
	}{
		{20 * mib, 10 * mib, 0, "it is small"},
		{40 * mib, 35 * mib, 1, "it is large"},
		{43 * mib, 35 * mib, 1, "hardly more than what is in use"},
		{44 * mib, 36 * mib, 2, "a quarter more than what was left"},
		{30 * mib, 15 * mib, 2, "less than what was in use"},
	} {
		now, inUse = step.now, step.inUse
		if x.look(); trims != step.trims {
			t.Errorf("%s: trimmed %d times in all, not %d", step.why, trims, step.trims)
		}
	}
}
