package course

import (
	"context"
	"sync"

	"github.com/nbhosting/nbhosting"
)

// gates let people into the directories of courses, each of which has one, but
// for the time in which they are moved or removed.
type gates struct {
	mu  sync.Mutex
	all map[nbhosting.CourseName]*gate // those that are closed, or have somebody inside
}

type gate struct {
	closed bool
	inside int
	left   chan struct{} // closed when the last one inside leaves
}

// Use lets its caller work in the directories of a course until it calls done,
// as often as it likes: a course in use is neither renamed nor deleted. While it
// is, or somebody waits to do so, Unavailable. It does not tell whether there is
// such a course.
func (c *Catalog) Use(name nbhosting.CourseName) (done func(), err error) {
	c.gates.mu.Lock()
	defer c.gates.mu.Unlock()
	g := c.gates.gate(name)
	if g.closed {
		return nil, errClosed(name)
	}
	g.inside++
	return sync.OnceFunc(func() { c.gates.leave(name) }), nil
}

func errClosed(name nbhosting.CourseName) error {
	return nbhosting.Errorf(nbhosting.Unavailable, "The course %q is being renamed or deleted at the moment. Try again in a minute.", name)
}

// gate returns the gate of a course, made if need be. The mutex is held.
func (gs *gates) gate(name nbhosting.CourseName) *gate {
	if gs.all == nil {
		gs.all = map[nbhosting.CourseName]*gate{}
	}
	g, ok := gs.all[name]
	if !ok {
		g = &gate{left: make(chan struct{})}
		gs.all[name] = g
	}
	return g
}

// tidy forgets a gate that is as good as none: anybody can ask for any name. The mutex is held.
func (gs *gates) tidy(name nbhosting.CourseName) {
	if g := gs.all[name]; g != nil && g.inside == 0 && !g.closed {
		delete(gs.all, name)
	}
}

func (gs *gates) leave(name nbhosting.CourseName) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	g := gs.all[name]
	if g.inside--; g.inside == 0 {
		close(g.left)
		g.left = make(chan struct{})
	}
	gs.tidy(name)
}

// close lets nobody in any more. It does nothing, and says so, if one of the gates is closed already.
func (gs *gates) close(names ...nbhosting.CourseName) bool {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	for _, name := range names {
		if g := gs.all[name]; g != nil && g.closed {
			return false
		}
	}
	for _, name := range names {
		gs.gate(name).closed = true
	}
	return true
}

func (gs *gates) open(names ...nbhosting.CourseName) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	for _, name := range names {
		gs.gate(name).closed = false
		gs.tidy(name)
	}
}

func (gs *gates) areClosed(name nbhosting.CourseName) bool {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	g := gs.all[name]
	return g != nil && g.closed
}

// await returns once nobody is inside a gate that is closed. wait is called before, if it takes time.
func (gs *gates) await(ctx context.Context, name nbhosting.CourseName, wait func()) error {
	gs.mu.Lock()
	g := gs.gate(name)
	left, inside := g.left, g.inside
	gs.mu.Unlock()
	if inside == 0 {
		return nil
	}
	wait()
	select {
	case <-left:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
