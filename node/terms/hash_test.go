package terms

import (
	"reflect"
	"testing"
)

// TestHashCoversEveryField fails when a type gains a field that appendPlan and its helpers have not been told of.
func TestHashCoversEveryField(t *testing.T) {
	exported := func(of reflect.Type) int {
		n := 0
		for i := range of.NumField() {
			if of.Field(i).IsExported() {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		of     reflect.Type
		fields int
	}{
		{reflect.TypeFor[plan](), 17}, {reflect.TypeFor[answer](), 3}, {reflect.TypeFor[veto](), 4},
		{reflect.TypeFor[asked](), 2}, {reflect.TypeFor[pledge](), 5}, {reflect.TypeFor[Tally](), 4},
		{reflect.TypeFor[Reason](), 4}, {reflect.TypeFor[Agreement](), 5}, {reflect.TypeFor[Draft](), 7},
		{reflect.TypeFor[Condition](), 11}, {reflect.TypeFor[Test](), 3}, {reflect.TypeFor[Value](), 6},
		{reflect.TypeFor[Setting](), 2}, {reflect.TypeFor[Move](), 22}, {reflect.TypeFor[motion](), 4}, {reflect.TypeFor[Capital](), 7},
	} {
		if n := exported(c.of); n != c.fields {
			t.Errorf("%v has %d fields, and its canonical encoding was written for %d: add the new ones to it", c.of, n, c.fields)
		}
	}
}
