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
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	bounded := report{findings: []Finding{}}
	for _, f := range slices.Compact(all) {
		bounded.add(f.Severity, place{f.File, f.Line}, "%s", []any{f.Message})
	}
	return bounded.findings
}
