package notebook

import "strings"

// splitMarkdown splits Markdown into fences, which are whole, and the paragraphs
// between.
func splitMarkdown(lines []string, myst bool) []Cell {
	var p parts
	open := "" // the fence that we are in
	alone := false
	for _, line := range lines {
		fence, info := anyFence(strings.TrimRight(line, "\r\n"))
		switch {
		case open != "":
			if strings.HasPrefix(fence, open) && info == "" {
				open, alone = "", true
			}
			p.lines.WriteString(p.blank.String())
			p.blank.Reset()
			p.lines.WriteString(line)
			continue
		case fence != "":
			open, alone = fence, false
			p.begin(fenceType(info, myst))
		case strings.HasPrefix(line, "+++"):
			alone = true
			p.begin(Markdown)
		case strings.TrimSpace(line) != "" && (alone || !p.open()):
			alone = false
			p.begin(Markdown)
		}
		p.add(line)
	}
	return p.done()
}

// anyFence returns the fence that a line opens or closes, with colons as well,
// and what follows it.
func anyFence(line string) (fence, info string) {
	if info := strings.TrimLeft(line, ":"); len(line)-len(info) >= 3 {
		return line[:len(line)-len(info)], strings.TrimSpace(info)
	}
	return cutFence(line)
}

// fenceType says what a fence holds: in MyST, code cells say so; elsewhere they
// have the name of a language.
func fenceType(info string, myst bool) string {
	if strings.HasPrefix(info, "{code-cell}") {
		return Code
	}
	if myst || info == "" || info[0]|0x20 < 'a' || info[0]|0x20 > 'z' {
		return Markdown
	}
	return Code
}

// standsAlone says whether a part of Markdown needs no blank line around it.
func standsAlone(source string) bool {
	fence, _ := anyFence(strings.TrimRight(source[:strings.IndexByte(source+"\n", '\n')], "\r"))
	return fence != "" || strings.HasPrefix(source, "+++")
}
