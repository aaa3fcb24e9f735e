package merge

import (
	"maps"

	"github.com/nbhosting/nbhosting/internal/notebook"
)

// three merges objects member by member: what the student did not change follows
// the course, all else is the student's.
func three(base, mine, theirs notebook.Object) notebook.Object {
	merged := maps.Clone(theirs)
	if merged == nil {
		merged = notebook.Object{}
	}
	for key, value := range mine {
		if !notebook.SameJSON(base[key], value) {
			merged[key] = value
		}
	}
	for key := range base {
		if _, kept := mine[key]; !kept {
			delete(merged, key)
		}
	}
	return merged
}

// notebookMetadata merges those of the notebooks. What the course says of the
// notebook as such is not for the student to change.
func (m *merger) notebookMetadata() notebook.Object {
	merged := three(m.base.Metadata, m.mine.Metadata, m.theirs.Metadata)
	for _, key := range []string{"nbhosting", "notebookname", "version"} {
		delete(merged, key)
		if value, ok := m.theirs.Metadata[key]; ok {
			merged[key] = value
		}
	}
	return merged
}
