package settings

import (
	"cmp"
	"slices"
)

// Merge returns findings as they are shown, whoever made them: once each, errors
// first, then by file and line; of each severity no more than fit.
func Merge(lists ...[]Finding) []Finding {
	all := slices.Concat(lists...)
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), a.compareCut(b), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	all = slices.CompactFunc(all, func(a, b Finding) bool {
		return a == b || a.Severity == b.Severity && a.Message == tooMany && b.Message == tooMany
	})
	bounded := report{findings: []Finding{}}
	for _, f := range all {
		bounded.add(f.Severity, place{f.File, f.Line}, "%s", []any{f.Message})
	}
	return bounded.findings
}

// compareCut puts the word that there is more behind what there is.
func (f Finding) compareCut(g Finding) int {
	switch {
	case f.Message == g.Message:
		return 0
	case f.Message == tooMany:
		return 1
	case g.Message == tooMany:
		return -1
	}
	return 0
}
