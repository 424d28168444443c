package sweep_test

import (
	"context"
	"encoding/json"
)

func tContext() context.Context { return context.Background() }

func asJSON(t fatal, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(b)
}
