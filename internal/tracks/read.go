package tracks

import (
	"fmt"
	"strings"

	"github.com/nbhosting/nbhosting/internal/settings"
)

// reader turns what a tracks.py returned into tracks that can be kept.
type reader struct {
	p        settings.TracksProgram
	exists   map[string]bool
	missing  map[string]bool // notebooks that were reported
	sections int
	listed   int
	out      settings.TracksAnswer
}

func (r *reader) warn(line int, format string, args ...any) {
	r.out.Findings = append(r.out.Findings, settings.Finding{
		Severity: settings.SeverityWarning, File: r.p.File, Line: max(line, 0), Message: fmt.Sprintf(format, args...),
	})
}

func (r *reader) unmatched(pattern string, line int) {
	pattern = oneLine(pattern, maxName)
	if strings.HasSuffix(strings.TrimRight(pattern, "/"), "**") {
		r.warn(line, "The pattern %q matches directories, and no notebook. Write %q.", pattern, strings.TrimRight(pattern, "/")+"/*")
		return
	}
	r.warn(line, "The pattern %q matches no notebook. Mend it, or remove it.", pattern)
}

func (r *reader) read(tracks []settings.Track) settings.TracksAnswer {
	if len(tracks) == 0 {
		r.warn(0, "The function “tracks” returns no track: the generic track stands in. Return some, or remove the file.")
	}
	for i, t := range tracks {
		if i == maxTracks {
			return r.tooMany("%d tracks", maxTracks)
		}
		read := settings.Track{
			ID: oneLine(t.ID, maxName), Name: oneLine(t.Name, maxName),
			Description: oneLine(t.Description, maxDescription), Sections: []settings.Section{},
		}
		if read.Name == "" {
			read.Name = "default"
			r.warn(0, "A track has no name: students read “default”. Give it one, as in name=\"Week by week\".")
		}
		if read.ID == "" {
			read.ID = settings.TrackID(read.Name)
		}
		for _, s := range t.Sections {
			if r.sections++; r.sections > maxSections {
				return r.tooMany("%d sections", maxSections)
			}
			notebooks := r.notebooks(s)
			if r.listed += len(notebooks); r.listed > maxNotebooks {
				return r.tooMany("%d notebooks", maxNotebooks)
			}
			if len(notebooks) > 0 {
				read.Sections = append(read.Sections, settings.Section{Name: oneLine(s.Name, maxName), Notebooks: notebooks})
			}
		}
		r.out.Tracks = append(r.out.Tracks, read)
	}
	return r.out
}

func (r *reader) tooMany(format string, most int) settings.TracksAnswer {
	return failed(r.p, 0, "The tracks of this file hold more than "+format+" in all. Let it list fewer.", most)
}

// notebooks returns those of a section that exist.
func (r *reader) notebooks(s settings.Section) []string {
	var found []string
	for _, path := range s.Notebooks {
		switch {
		case r.exists[path]:
			found = append(found, path)
		case !r.missing[path] && len(r.missing) < maxMissing:
			r.missing[path] = true
			r.warn(0, "The section %q lists %q, which is no notebook of the course. Give a path from the top of the repository, with its extension.",
				oneLine(s.Name, maxName), oneLine(path, maxName))
		}
	}
	return found
}
