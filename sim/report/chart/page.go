package chart

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html
var pageSource string

// Page writes a report as one HTML file that stands alone: no network, no script. An error is the writer's.
func Page(w io.Writer, title string, sections ...Section) error {
	// Each call reads the template anew, so that nothing is shared between reports; it is small.
	t, err := template.New("page").Parse(pageSource)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	type part struct {
		Heading string
		Blocks  []template.HTML
	}
	var parts []part
	pictures := 0
	for _, s := range sections {
		next := part{Heading: oneLine(s.Heading)}
		for _, b := range s.Blocks {
			name, data := b.html()
			var out bytes.Buffer
			pictures++
			// What a picture's template gives back was escaped by html/template, so the page may take it as it is.
			if err := t.ExecuteTemplate(&out, name, picture{pictures, data}); err != nil {
				return fmt.Errorf("draw %s of the page: %w", name, err)
			}
			next.Blocks = append(next.Blocks, template.HTML(out.String()))
		}
		parts = append(parts, next)
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "document", struct {
		Title string
		Parts []part
	}{oneLine(title), parts}); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	_, err = w.Write(out.Bytes())
	return err
}

// picture gives a block's template a number of its own, for the ids that tie a title to its picture.
type picture struct {
	N int
	D any
}
