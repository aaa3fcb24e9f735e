package work

import (
	"sync"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/revision"
)

// Outdated tells whether [Work.Update] has anything to offer. It is asked again and
// again by every page that shows a notebook, and remembers its answers.
func (w *Work) Outdated(key nbhosting.Key, file string) (bool, error) {
	var commit string
	if err := w.withCourse(key.Course, func(r *revision.Revision) error { commit = r.Commit; return nil }); err != nil {
		return false, err
	}
	if v, ok := w.known.find(place{key, file}); ok && v.commit == commit {
		return v.outdated, nil
	}
	outdated := false
	err := w.withNews(key, file, func(_ notebook, has news) error {
		outdated = has.state != current
		w.known.note(place{key, file}, verdict{has.theirs.commit, outdated})
		return nil
	})
	return outdated, err
}

// forget is called when a notebook has changed.
func (n notebook) forget() { n.known.forget(place{n.key, n.file}) }

// place is where a notebook is.
type place struct {
	key  nbhosting.Key
	file string
}

// verdict is what was found of a notebook while the course was at commit.
type verdict struct {
	commit   string
	outdated bool
}

// verdicts are those of notebooks that have not changed since.
type verdicts struct {
	mu sync.Mutex
	of map[place]verdict
}

// maxVerdicts bounds what is remembered; it is cheap to find out again.
const maxVerdicts = 10_000

func (v *verdicts) find(p place) (verdict, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	found, ok := v.of[p]
	return found, ok
}

func (v *verdicts) note(p place, found verdict) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.of) >= maxVerdicts {
		clear(v.of)
	}
	v.of[p] = found
}

func (v *verdicts) forget(p place) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.of, p)
}
