package texts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"time"
)

// Funcs are what templates say things with:
//
//	{{t "%d versions" .N}}       a sentence, as [Printer.T]
//	{{lang}}                     for <html lang="…">
//	{{date .Time}} {{ago .Time}} a time, in a <time> that the script time.js says again as it is at its reader's
//	{{bytes .N}} {{duration .D}} as [Printer.Bytes], [Printer.Duration]
//	{{words "opening" "Opening {title}" …}}
//	                             a block of JSON, with the id "words", that has words for a script under
//	                             names that the script uses; it puts things in place of {…} by itself
func (p *Printer) Funcs() template.FuncMap {
	return template.FuncMap{
		"t": p.T, "lang": p.Lang, "bytes": p.bytes, "duration": p.Duration, "words": p.words,
		"date": func(at time.Time) template.HTML { return timeElement(at, "date", p.Date(at)) },
		"ago":  func(at time.Time) template.HTML { return timeElement(at, "ago", p.Ago(at)) },
	}
}

// bytes takes any size, as templates cannot convert.
func (p *Printer) bytes(n any) (string, error) {
	switch n := n.(type) {
	case int64:
		return p.Bytes(n), nil
	case int:
		return p.Bytes(int64(n)), nil
	}
	return "", fmt.Errorf("%T is no number of bytes", n)
}

func timeElement(at time.Time, how, text string) template.HTML {
	return template.HTML(fmt.Sprintf(`<time datetime=%q data-show=%q>%s</time>`, at.UTC().Format(time.RFC3339), how, template.HTMLEscapeString(text)))
}

func (p *Printer) words(pairs ...string) (template.HTML, error) {
	if len(pairs)%2 != 0 {
		return "", errors.New("words takes pairs of a name and a sentence")
	}
	said := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		said[pairs[i]] = p.T(pairs[i+1])
	}
	var out bytes.Buffer
	if err := json.NewEncoder(&out).Encode(said); err != nil { // which escapes <, > and &
		return "", err
	}
	return template.HTML(`<script type="application/json" id="words">` + out.String() + `</script>`), nil
}
