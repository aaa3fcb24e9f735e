package notebook

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// header is what stands between two lines "---" at the top of a text notebook.
type header struct {
	// lines are those of the file, without comment signs. What does not belong
	// to the header is left empty, so that a place in it is one in the file.
	lines  []string
	start  int  // line of the first "---", counted from 1
	closed bool // whether there is a second one
	size   int  // bytes of the file up to the end of the header
	// conflict is the line of the first mark of an unfinished merge inside; 0
	// if there is none.
	conflict int
}

var (
	bar      = regexp.MustCompile(`^---\s*$`)
	dots     = regexp.MustCompile(`^\.\.\.\s*$`)
	encoding = regexp.MustCompile(`^[ \t\f]*#.*?coding[:=]`)
	topLevel = regexp.MustCompile(`^["']?(jupyter|jupytext|kernelspec|file_format)["']?\s*:`)
	jupyter  = regexp.MustCompile(`^jupyter\s*:\s*$`)
)

// headerOf returns the header at the top of content; the zero header if there
// is none. It may stand behind a line "#!" and one with the encoding, behind
// empty lines, and inside of an HTML comment.
func headerOf(content []byte, d dialect) header {
	var h header
	for number, at := 1, 0; at < len(content); number++ {
		line, next := cutLine(content, at)
		at = next
		h.lines = append(h.lines, "")
		if number == 1 && strings.HasPrefix(line, "#!") || number <= 2 && h.start == 0 && d.comment != "" && encoding.MatchString(line) ||
			d.comment == "" && strings.HasPrefix(strings.TrimSpace(line), "<!--") {
			continue
		}
		if h.start > 0 && h.conflict == 0 && isConflictMark(line) {
			h.conflict = number
		}
		line, found := strings.CutPrefix(line, d.comment)
		if !found {
			break
		}
		if d.comment != "" {
			line = strings.TrimPrefix(line, " ")
		}
		switch {
		case h.start == 0 && bar.MatchString(line):
			h.start = number
		case h.start == 0 && strings.TrimSpace(line) != "":
			return header{}
		case h.start > 0 && (bar.MatchString(line) || d.myst && dots.MatchString(line)):
			h.closed, h.size = true, next
			return h
		case h.start > 0:
			h.lines[number-1] = line
		}
	}
	return h
}

// cutLine returns the line of content that begins at byte at, and where the next
// one begins. Lines end as they do on any system.
func cutLine(content []byte, at int) (line string, next int) {
	rest := content[at:]
	end := bytes.IndexAny(rest, "\r\n")
	switch {
	case end < 0:
		return string(rest), len(content)
	case bytes.HasPrefix(rest[end:], []byte("\r\n")):
		return string(rest[:end]), at + end + 2
	}
	return string(rest[:end]), at + end + 1
}

// declares says whether h has a key that only notebooks have, as far as can be
// seen without reading it as YAML.
func (h header) declares() bool { return slices.ContainsFunc(h.lines, topLevel.MatchString) }

// jupyter returns the lines of the key "jupyter" alone, each in its place; nil
// if there is no such key on a line of its own.
func (h header) jupyter() []string {
	first := slices.IndexFunc(h.lines, jupyter.MatchString)
	if first < 0 {
		return nil
	}
	block := make([]string, len(h.lines))
	inside := false
	for i, line := range h.lines {
		switch {
		case jupyter.MatchString(line):
			inside = true
		case line != "" && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t"):
			inside = false
		}
		if inside {
			block[i] = line
		}
	}
	return block
}

func (h header) lineOfJupyter() int { return 1 + slices.IndexFunc(h.lines, jupyter.MatchString) }
