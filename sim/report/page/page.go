// Package page writes one or two runs as a page: a single HTML file that needs no network and opens from disk. It shows
// what was agreed and why, in the words of the report; a lane a capital with roles, faults and messages; the network; how
// the text stands; and the record. All of it is linked to one moment, which can be played, stepped and scrubbed.
//
//	run := &page.Run{Run: collected}             // collected: see trace.Collect and trace.Read
//	err := page.Write(w, page.Options{At: page.Moment{Item: 7}}, run)
//
// Two runs stand side by side, with the first difference marked. The address can name the moment too: page.html#at=7.
//
// How plans stand at each move is worked out here, by node/terms, and embedded as changes; the script in the page lays out
// and draws. Every text of a scenario is data: it comes as JSON in an element that is not executed, reaches the document
// as text only, and the page's Content-Security-Policy allows no script or style but its own, and no connections.
//
// The script and its style are in web/, bundled into web/dist by `make web`; the Go binary embeds the result.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report"
	"github.com/parley-sim/parley/sim/trace"
)

//go:embed web/page.html web/dist/page.js web/dist/page.css
var assets embed.FS

// Run is one run to show.
type Run struct {
	*trace.Run
	Label string // what tells it from the other one of a page, such as "seed 2"; "" makes one up
}

// Options say how a page is written. The zero value opens it at the end.
type Options struct {
	At Moment
}

// Moment is where a page opens. The first field that is set counts; the zero value is the end of the run.
type Moment struct {
	Item     int           // a place in Report.Timeline, from 1
	Sequence int           // a place in the record, from 1
	Time     terms.Instant // the last thing that happened up to a scenario time
}

// Fragment returns the moment as the fragment of a page's address, without the #; "" for the end.
func (m Moment) Fragment() string {
	switch {
	case m.Item > 0:
		return "at=" + strconv.Itoa(m.Item)
	case m.Sequence > 0:
		return "move=" + strconv.Itoa(m.Sequence)
	case m.Time != 0:
		return "at=" + m.Time.String()
	}
	return ""
}

// ErrHowMany is returned by Write for no run, and for more than two.
var ErrHowMany = errors.New("a page shows one run, or two side by side")

// Write writes the page of one run, or of two side by side. Any error but ErrHowMany is the writer's.
func Write(w io.Writer, o Options, runs ...*Run) error {
	if len(runs) < 1 || len(runs) > 2 {
		return ErrHowMany
	}
	f := film{Version: 1, At: o.At.Fragment()}
	titles := make([]string, len(runs))
	for i, run := range runs {
		one := filmOf(run)
		one.Label = labelOf(run, runs)
		f.Runs = append(f.Runs, one)
		titles[i] = one.Title
	}
	if len(runs) == 2 {
		f.Difference = differenceOf(runs[0], runs[1], f.Runs)
		if titles[0] == titles[1] {
			titles = titles[:1]
		}
	}
	return write(w, strings.Join(titles, " | "), &f, "connect-src 'none'")
}

// write fills in the page. The film's JSON has no <, > or & in it, since encoding/json escapes them, so nothing in it can
// end the element that it stands in.
func write(w io.Writer, title string, f *film, connect string) error {
	data, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("page: encode the film: %w", err)
	}
	template, script, style := asset("page.html"), asset("dist/page.js"), asset("dist/page.css")
	policy := fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; img-src data:; %s; base-uri 'none'; form-action 'none'",
		integrity(script), integrity(style), connect)
	var b bytes.Buffer
	for _, part := range bytes.SplitAfter(template, []byte("}}")) {
		at := bytes.LastIndex(part, []byte("{{"))
		if at < 0 {
			b.Write(part)
			continue
		}
		b.Write(part[:at])
		switch name := string(part[at+2 : len(part)-2]); name {
		case "title":
			b.WriteString(html.EscapeString(title))
		case "policy":
			b.WriteString(html.EscapeString(policy))
		case "style":
			b.Write(style)
		case "script":
			b.Write(script)
		case "film":
			b.Write(data)
		default:
			panic("page: page.html asks for " + name)
		}
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

func asset(name string) []byte {
	b, err := assets.ReadFile("web/" + name)
	if err != nil {
		panic("page: " + err.Error()) // it is embedded
	}
	return b
}

// integrity is how a Content-Security-Policy names an inline script or style.
func integrity(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// labelOf tells the runs of a page apart by what differs.
func labelOf(run *Run, all []*Run) string {
	if run.Label != "" || len(all) < 2 {
		return report.Clean(run.Label)
	}
	a, b := all[0], all[1]
	switch {
	case a.Scenario.ID != b.Scenario.ID:
		return run.Scenario.ID
	case a.Seed != b.Seed:
		return fmt.Sprintf("seed %d", run.Seed)
	case a.On != b.On:
		return "on " + run.On
	case run == a:
		return "first run"
	}
	return "second run"
}
