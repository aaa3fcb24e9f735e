package settings

import (
	"fmt"
	"strings"
)

// Severity tells what a finding does to the publication of a revision.
type Severity string

const (
	// SeverityError refuses the revision where another is published already.
	SeverityError Severity = "error"
	// SeverityWarning is shown, and changes nothing.
	SeverityWarning Severity = "warning"
)

// Finding is something that the author of a course should know.
type Finding struct {
	Severity Severity `json:"severity"`
	File     string   `json:"file"`    // from the top of the repository, or local/COURSE/…
	Line     int      `json:"line"`    // from 1; 0 where it is not known
	Message  string   `json:"message"` // tells the author what to do
}

// place is where something was said.
type place struct {
	file string
	line int
}

// word is a text that an author wrote, and where.
type word struct {
	text string
	at   place
}

const (
	maxFindings = 500 // of each severity
	maxMessage  = 1000

	tooMany = "There is more to say than fits here. Mend what is listed first."
)

// report collects findings. Its limits keep what authors write from growing
// into something that nobody can show.
type report struct {
	findings []Finding
	count    map[Severity]int
}

func (r *report) fail(at place, format string, args ...any) { r.add(SeverityError, at, format, args) }

func (r *report) warn(at place, format string, args ...any) { r.add(SeverityWarning, at, format, args) }

func (r *report) add(severity Severity, at place, format string, args []any) {
	if r.count == nil {
		r.count = map[Severity]int{}
	}
	r.count[severity]++
	switch n := r.count[severity]; {
	case n < maxFindings:
		r.findings = append(r.findings, Finding{severity, at.file, at.line, shortened(fmt.Sprintf(format, args...))})
	case n == maxFindings:
		r.findings = append(r.findings, Finding{severity, at.file, at.line, tooMany})
	}
}

// shortened cuts the middle out of a message that is too long, so that its end
// still tells what to do.
func shortened(s string) string {
	s = oneLine(s)
	if len(s) <= maxMessage {
		return s
	}
	return strings.ToValidUTF8(s[:maxMessage/2], "") + "…" + strings.ToValidUTF8(s[len(s)-maxMessage/2:], "")
}

// sorted returns the findings as they are shown.
func (r *report) sorted() []Finding { return Merge(r.findings) }
