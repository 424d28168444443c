package api

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// document is openapi.json, as far as tests look at it.
type document struct {
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	seen     map[string]bool // "GET /v1/state 200"
}

type operation struct {
	RequestBody *struct {
		Content map[string]struct {
			Schema schema `json:"schema"`
		} `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Content map[string]struct {
			Schema schema `json:"schema"`
		} `json:"content"`
	} `json:"responses"`
}

type schema struct {
	Ref        string             `json:"$ref"`
	Type       string             `json:"type"`
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Items      *schema            `json:"items"`
}

func loadDocument(t testing.TB) *document {
	t.Helper()
	d := &document{seen: map[string]bool{}, compiler: jsonschema.NewCompiler()}
	if err := json.Unmarshal(openAPI, d); err != nil {
		t.Fatal(err)
	}
	raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(openAPI))
	if err != nil {
		t.Fatal(err)
	}
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource("openapi.json", raw); err != nil {
		t.Fatal(err)
	}
	return d
}

// check holds an answer against the document.
func (d *document) check(method, path string, status int, contentType string, body []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	template := path
	if strings.HasPrefix(path, "/v1/plans/") {
		template = "/v1/plans/{id}"
	}
	op, known := d.Paths[template][strings.ToLower(method)]
	if !known {
		if status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
			return fmt.Errorf("%s %s is not in the document", method, path)
		}
		return d.validate("#/components/schemas/Problem", body)
	}
	answer, known := op.Responses[strconv.Itoa(status)]
	if !known {
		return fmt.Errorf("%s %s: the status %d is not in the document: %s", method, path, status, body)
	}
	d.seen[fmt.Sprintf("%s %s %d", method, template, status)] = true
	if len(answer.Content) == 0 && contentType == "" {
		return nil
	}
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	content, known := answer.Content[kind]
	if !known {
		return fmt.Errorf("%s %s %d: the media type %q is not in the document", method, path, status, kind)
	}
	if content.Schema.Ref == "" {
		return nil
	}
	if err := d.validate(content.Schema.Ref, body); err != nil {
		return fmt.Errorf("%s %s %d: %w\n%s", method, path, status, err, body)
	}
	return nil
}

func (d *document) validate(ref string, body []byte) error {
	s, err := d.compiler.Compile("openapi.json" + ref)
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// conforming holds every answer that passes through it against the document.
type conforming struct {
	t    testing.TB
	doc  *document
	next http.RoundTripper
}

func (c *conforming) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	kind := answer.Header.Get("Content-Type")
	var body []byte
	if !isEventStream(kind) {
		if body, err = io.ReadAll(answer.Body); err != nil {
			return nil, err
		}
		_ = answer.Body.Close()
		answer.Body = io.NopCloser(bytes.NewReader(body))
	}
	if err := c.doc.check(r.Method, r.URL.Path, answer.StatusCode, kind, body); err != nil {
		c.t.Error(err)
	}
	return answer, nil
}

func TestDocumentListsEveryRoute(t *testing.T) {
	d := loadDocument(t)
	s := newServer(newFake(t, "kyiv"), Options{Chaos: noChaos})
	served := map[string]bool{}
	for _, r := range s.routes() {
		served[r.path+" "+strings.ToLower(r.method)] = true
		if _, known := d.Paths[r.path][strings.ToLower(r.method)]; !known {
			t.Errorf("%s %s is not in the document", r.method, r.path)
		}
	}
	for path, methods := range d.Paths {
		for method := range methods {
			if !served[path+" "+method] {
				t.Errorf("%s %s is in the document and not served", method, path)
			}
		}
	}
}

// described pairs the schemas with the types that they describe.
var described = map[string]any{
	"MoveRequest": MoveRequest{}, "MoveAnswer": MoveAnswer{}, "State": State{}, "CapitalView": CapitalView{},
	"CapitalList": CapitalList{}, "PlanList": PlanList{}, "PlanAnswer": PlanAnswer{}, "PledgeList": PledgeList{},
	"CharterAnswer": CharterAnswer{}, "Page": Page{}, "Status": Status{}, "Health": Health{}, "HandOver": HandOver{},
	"Leader": Leader{}, "SnapshotAnswer": SnapshotAnswer{}, "Fault": Fault{}, "Problem": Problem{},
	"RaftEvent": node.RaftEvent{}, "RaftGap": RaftGap{}, "BackupInfo": node.BackupInfo{},
	"Entry": terms.Entry{}, "Move": terms.Move{}, "Result": terms.Result{}, "Event": terms.Event{}, "Tally": terms.Tally{},
	"Reason": terms.Reason{}, "PlanView": terms.PlanView{}, "VetoView": terms.VetoView{},
	"ConditionalView": terms.ConditionalView{}, "Agreement": terms.Agreement{}, "PledgeView": terms.PledgeView{},
	"Setting": terms.Setting{}, "Value": terms.Value{}, "Condition": terms.Condition{}, "Test": terms.Test{},
	"Draft": terms.Draft{}, "Charter": terms.Charter{}, "Capital": terms.Capital{}, "Weight": terms.Weight{},
	"Group": terms.Group{}, "Term": terms.Term{}, "Procedure": terms.Procedure{}, "Stage": terms.Stage{},
	"MotionView": terms.MotionView{}, "Rule": terms.Rule{},
}

func TestDocumentDescribesEveryField(t *testing.T) {
	d := loadDocument(t)
	for name, s := range d.Components.Schemas {
		if _, known := described[name]; !known && s.Properties != nil {
			t.Errorf("schema %s describes no type that this test knows", name)
		}
	}
	for name, v := range described {
		s := d.Components.Schemas[name]
		if s == nil {
			t.Errorf("there is no schema %s", name)
			continue
		}
		names := map[string]bool{}
		for _, f := range reflect.VisibleFields(reflect.TypeOf(v)) {
			tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous && tag == "" || !f.IsExported() || tag == "-" {
				continue
			}
			names[tag] = true
			p := s.Properties[tag]
			if p == nil {
				t.Errorf("%s.%s is not in the document", name, tag)
				continue
			}
			always := !strings.Contains(options, "omit")
			if always != slices.Contains(s.Required, tag) {
				t.Errorf("%s.%s: it is always there: %v; the document says %v", name, tag, always, !always)
			}
			if err := describes(p, f.Type); err != nil {
				t.Errorf("%s.%s: %v", name, tag, err)
			}
		}
		for property := range s.Properties {
			if !names[property] {
				t.Errorf("%s.%s is in the document and not in the type", name, property)
			}
		}
	}
}

// describes checks that a schema is of a type: the same kind of JSON, and for a struct the schema of its name.
func describes(s *schema, t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	want := map[reflect.Kind]string{reflect.Bool: "boolean", reflect.Float64: "number", reflect.Slice: "array",
		reflect.String: "string"}[t.Kind()]
	_, text := reflect.New(t).Interface().(encoding.TextMarshaler)
	switch {
	case text:
		if s.Ref != "#/components/schemas/"+t.Name() {
			return fmt.Errorf("it is a %s; the document says %q %q", t.Name(), s.Ref, s.Type)
		}
		return nil
	case t.Kind() == reflect.Struct:
		if s.Ref == "" || reflect.TypeOf(described[strings.TrimPrefix(s.Ref, "#/components/schemas/")]) != t {
			return fmt.Errorf("it is a %v; the document says %q", t, s.Ref)
		}
		return nil
	case t == reflect.TypeFor[[]byte]():
		want = "string"
	case t.Kind() == reflect.Slice:
		if s.Items == nil {
			return fmt.Errorf("the document says nothing of its items")
		}
		if err := describes(s.Items, t.Elem()); err != nil {
			return fmt.Errorf("its items: %w", err)
		}
	case want == "":
		want = "integer"
	}
	if s.Ref == "" && s.Type != "" && s.Type != want {
		return fmt.Errorf("it is %s; the document says %s", want, s.Type)
	}
	return nil
}
