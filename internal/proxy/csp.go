package proxy

import "strings"

// protective returns what an answer's own Content-Security-Policy headers
// forbid, as policies without the directives that are ours to decide: who may
// frame the answer, and where to report. A browser obeys every policy it gets,
// so those that are kept can only narrow what ours allows.
func protective(policies []string) []string {
	var kept []string
	for _, list := range policies {
		for policy := range strings.SplitSeq(list, ",") {
			if policy := protectivePart(policy); policy != "" {
				kept = append(kept, policy)
			}
		}
	}
	return kept
}

func protectivePart(policy string) string {
	var kept []string
	for directive := range strings.SplitSeq(policy, ";") {
		directive = strings.Trim(directive, asciiSpace)
		name := directive
		if i := strings.IndexAny(directive, asciiSpace); i >= 0 {
			name = directive[:i]
		}
		switch strings.ToLower(name) {
		case "", "frame-ancestors", "report-uri", "report-to":
		default:
			kept = append(kept, directive)
		}
	}
	return strings.Join(kept, "; ")
}

// asciiSpace is what the standard separates the words of a directive by.
const asciiSpace = " \t\n\f\r"
