package tracks

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/nbhosting/nbhosting/internal/sandbox"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// Bounds of what a tracks.py may say. All of it is kept, and shown.
const (
	maxTracks      = 1000
	maxSections    = 20_000  // of all tracks
	maxNotebooks   = 200_000 // of all sections
	maxName        = 500     // bytes
	maxDescription = 5000    // bytes
	maxMissing     = 200     // findings about notebooks that do not exist
)

var tooMuchMemory = fmt.Sprintf("This file needs more than %d MB of memory, and was ended. Let it read less.", memory>>20)

// answer is what the shim writes.
type answer struct {
	Tracks    []settings.Track `json:"tracks"`
	Unmatched []struct {
		Pattern string `json:"pattern"`
		Line    int    `json:"line"`
	} `json:"unmatched"`
	Failure *failure `json:"failure"`
}

type failure struct {
	Kind string `json:"kind"`
	Line int    `json:"line"`
	Text string `json:"text"`
}

// read judges what the shim has written.
func read(p settings.TracksProgram, text []byte) settings.TracksAnswer {
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		return failed(p, 0, "This file ended Python before “tracks” returned. Remove what makes it end, such as os._exit.")
	}
	if a.Failure != nil {
		return failed(p, a.Failure.Line, "%s", a.Failure.message())
	}
	r := reader{p: p, exists: map[string]bool{}, missing: map[string]bool{}}
	for _, path := range p.Notebooks {
		r.exists[path] = true
	}
	for _, u := range a.Unmatched {
		r.unmatched(u.Pattern, u.Line)
	}
	return r.read(a.Tracks)
}

// message tells the author what went wrong in their file.
func (f failure) message() string {
	said := oneLine(f.Text, maxName)
	switch f.Kind {
	case "syntax":
		return "Python cannot read this file: " + said + ". Mend this line, or the one before."
	case "no-function":
		return "This file defines no function “tracks”. Define “def tracks(coursedir):”, which returns a list of Track."
	case "memory":
		return tooMuchMemory
	case "answer":
		return "The function “tracks” has to return a list of Track, but " + said + "."
	}
	return "Python stops here: " + said + ". Mend it; only Python's standard library and nbhosting.courses are at hand."
}

// failed is the answer of a tracks.py that cannot be used.
func failed(p settings.TracksProgram, line int, format string, args ...any) settings.TracksAnswer {
	return settings.TracksAnswer{Findings: []settings.Finding{
		{Severity: settings.SeverityError, File: p.File, Line: max(line, 0), Message: fmt.Sprintf(format, args...)},
	}}
}

// siteFault is the answer where nothing can be run. It is no error of the author's.
func siteFault(p settings.TracksProgram, err error) settings.TracksAnswer {
	why := "its administrator finds the reason in the log"
	switch {
	case errors.Is(err, errNoPython):
		why = "it has no Python 3.8 or later. Its administrator has to install python3"
	case errors.Is(err, sandbox.ErrUnavailable):
		why = "it cannot cut programs off from the rest of it. Its administrator has to allow user namespaces"
	}
	return settings.TracksAnswer{Findings: []settings.Finding{{
		Severity: settings.SeverityWarning, File: p.File,
		Message: "This site cannot run this file: " + why + ". Until then, the generic track stands in for its tracks.",
	}}}
}

// oneLine returns a text without line breaks and other controls, cut to a number of bytes.
func oneLine(s string, most int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
