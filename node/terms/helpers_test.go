package terms

import "encoding/json"

// resultText writes a result so that two can be compared.
func resultText(r Result) string { return string(must(json.Marshal(r))) }
