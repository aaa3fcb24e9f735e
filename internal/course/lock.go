package course

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/nbhosting/nbhosting"
)

// lock takes the lock of a course: of those that change it, one at a time.
func (c *Catalog) lock(ctx context.Context, name nbhosting.CourseName) (unlock func(), err error) {
	return c.lockAll(ctx, io.Discard, name)
}

// hold takes the lock of a course that is there, and returns what people entered
// about it.
func (c *Catalog) hold(ctx context.Context, name nbhosting.CourseName) (course nbhosting.Course, unlock func(), err error) {
	if unlock, err = c.lock(ctx, name); err != nil {
		return nbhosting.Course{}, nil, err
	}
	if course, err = c.Course(ctx, name); err != nil {
		unlock()
		return nbhosting.Course{}, nil, err
	}
	return course, unlock, nil
}

// lockAll takes the locks of several courses, always in the same order, so that
// nobody waits for each other.
func (c *Catalog) lockAll(ctx context.Context, log io.Writer, names ...nbhosting.CourseName) (unlock func(), err error) {
	var held []chan struct{}
	unlock = func() {
		for _, l := range held {
			<-l
		}
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		l := c.lockOf(name)
		if err := take(ctx, l, func() { fmt.Fprintf(log, "waiting until what is being done to %s has ended\n", name) }); err != nil {
			unlock()
			return nil, nbhosting.Because(err, nbhosting.Unavailable, "Something else is being done to the course %q, a pull perhaps. Try again when it has ended.", name)
		}
		held = append(held, l)
	}
	return unlock, nil
}

// lockOf returns the lock of a course: it holds a value while somebody has it.
func (c *Catalog) lockOf(name nbhosting.CourseName) chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, ok := c.locks[name]
	if !ok {
		l = make(chan struct{}, 1)
		c.locks[name] = l
	}
	return l
}

// take takes l, unless ctx ends before. wait is called before, if it takes time.
func take(ctx context.Context, l chan struct{}, wait func()) error {
	select {
	case l <- struct{}{}:
		return nil
	default:
	}
	wait()
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Settle waits until nothing is being done to any course, or ctx has ended. It
// is for the end of the program.
func (c *Catalog) Settle(ctx context.Context) {
	c.end.Do(func() { close(c.ended) })
	c.mu.Lock()
	locks := slices.Collect(maps.Values(c.locks))
	c.mu.Unlock()
	for _, l := range locks {
		if take(ctx, l, func() {}) == nil {
			<-l
		}
	}
}
