package revision

import (
	"fmt"
	"io"

	"github.com/nbhosting/nbhosting/internal/settings"
)

// report collects what is found in a repository beside its settings.
type report struct{ findings []settings.Finding }

func (r *report) fail(file, format string, args ...any) {
	r.add(settings.SeverityError, file, 0, fmt.Sprintf(format, args...))
}

func (r *report) warn(file, format string, args ...any) {
	r.add(settings.SeverityWarning, file, 0, fmt.Sprintf(format, args...))
}

func (r *report) add(severity settings.Severity, file string, line int, message string) {
	r.findings = append(r.findings, settings.Finding{Severity: severity, File: file, Line: line, Message: message})
}

// tell writes findings to the log of a pull.
func tell(log io.Writer, findings []settings.Finding) {
	for _, f := range findings {
		fmt.Fprintf(log, "%s: %s: %s\n", f.Severity, f.Where(), f.Message)
	}
}
