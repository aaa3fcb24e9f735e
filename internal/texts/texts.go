// Package texts says in the reader's language what people are told. The sentences
// in templates and in Go are English; a catalogue, internal/texts/fr/*.yaml, has
// each of them in French. Which language it is, the browser says (Accept-Language).
//
// A sentence is its own key, as with gettext: what nobody has translated yet, and
// what only the log and the commands say, is readable as it stands. That is also how
// a failure, which is made where no reader is known, is told in their language: an
// [nbhosting.Error] keeps its sentence and what stands in it apart.
package texts

import (
	"net/http"
	"sync"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/nbhosting/nbhosting"
)

// Printer says things in one language. It may be used by several goroutines.
type Printer struct {
	tag     language.Tag
	printer *message.Printer
	now     func() time.Time
}

// languages are those that there are; the first one is for who asks for none of them.
var languages = []language.Tag{language.English, language.French}

// printers has one for each of them, in the same order.
var printers = sync.OnceValue(func() []*Printer {
	var all []*Printer
	for _, tag := range languages {
		all = append(all, &Printer{tag: tag, printer: message.NewPrinter(tag, message.Catalog(catalogue())), now: time.Now})
	}
	return all
})

// All returns a printer for each language.
func All() []*Printer { return printers() }

var matcher = sync.OnceValue(func() language.Matcher { return language.NewMatcher(languages) })

// maxHeader bounds what is read of a header, in bytes: people list few languages.
const maxHeader = 512

// For returns the printer for who made a request.
func For(r *http.Request) *Printer { return Accepted(r.Header.Get("Accept-Language")) }

// Accepted returns the printer for who sends that header Accept-Language.
func Accepted(header string) *Printer {
	if len(header) > maxHeader {
		return All()[0]
	}
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return All()[0]
	}
	_, index, _ := matcher().Match(wanted...)
	return All()[index]
}

// Lang returns the language, as the attribute lang of HTML has it.
func (p *Printer) Lang() string { return p.tag.String() }

// T says a sentence, in which args stand as with fmt.Sprintf. Numbers, times,
// durations and [nbhosting.Word] among them are said in the language too.
func (p *Printer) T(sentence string, args ...any) string {
	said := make([]any, len(args))
	for i, arg := range args {
		said[i] = p.say(arg)
	}
	return p.printer.Sprintf(sentence, said...)
}

func (p *Printer) say(arg any) any {
	switch arg := arg.(type) {
	case nbhosting.Word:
		return p.T(string(arg))
	case time.Duration:
		return p.Duration(arg)
	case time.Time:
		return p.Date(arg)
	case *nbhosting.Error:
		return Message(p, arg)
	}
	return arg
}

// Mark returns the sentence that it is given. It tells the test of the catalogues
// that something else hands it to [Printer.T] or to a template.
func Mark(sentence string) string { return sentence }

// Message returns what p's reader is told of err.
func Message(p *Printer, err error) string {
	format, args := nbhosting.SentenceOf(err)
	return p.T(format, args...)
}
