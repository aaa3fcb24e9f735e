package notebook

import "strings"

// hasCodeCell says whether the Markdown text body has a cell as MyST writes it:
// a fence that opens with {code-cell}, and that is not the content of another fence.
func hasCodeCell(body []byte) bool {
	open := "" // the fence that we are in
	for at := 0; at < len(body); {
		line, next := cutLine(body, at)
		at = next
		fence, info := cutFence(line)
		switch {
		case open == "":
			if strings.HasPrefix(info, "{code-cell}") {
				return true
			}
			open = fence
		case strings.HasPrefix(fence, open) && info == "":
			open = ""
		}
	}
	return false
}

// cutFence returns the fence that a line opens or closes, "" if it does neither,
// and what follows it.
func cutFence(line string) (fence, info string) {
	line = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(line, " "), " "), " ")
	for _, mark := range []string{"`", "~"} {
		info := strings.TrimLeft(line, mark)
		if fence := line[:len(line)-len(info)]; len(fence) >= 3 {
			return fence, strings.TrimSpace(info)
		}
	}
	return "", ""
}
