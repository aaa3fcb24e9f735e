package course

import (
	"context"
	"fmt"
	"io"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/nbhosting/nbhosting"
)

// Servers are what runs for students.
type Servers interface {
	// Running returns the students of a course whose servers are not stopped; an
	// error if that is not known.
	Running(nbhosting.CourseName) ([]nbhosting.Student, error)
	// Stop stops a server politely.
	Stop(context.Context, nbhosting.Key) error
}

// stopsAtOnce is how many servers are stopped at a time.
const stopsAtOnce = 8

// mayEmpty refuses a course of which servers run, unless force is given.
func (c *Catalog) mayEmpty(name nbhosting.CourseName, force bool) error {
	running, err := c.running(name)
	if err != nil || force || len(running) == 0 {
		return err
	}
	who := make([]string, 0, len(running))
	for _, s := range running[:min(len(running), 5)] {
		who = append(who, string(s))
	}
	if len(running) > len(who) {
		who = append(who, "…")
	}
	return nbhosting.Errorf(nbhosting.Conflict, "Servers of the course %q run: %d, of %s. Stop them first, or use force, which stops them politely.",
		name, len(running), strings.Join(who, ", "))
}

func (c *Catalog) running(name nbhosting.CourseName) ([]nbhosting.Student, error) {
	if c.Servers == nil {
		return nil, nil
	}
	return c.Servers.Running(name)
}

// empty returns once nobody is in a course whose gate is closed: openings under
// way have ended, and its servers are stopped, for which force has to be given.
func (c *Catalog) empty(ctx context.Context, name nbhosting.CourseName, force bool, log io.Writer) error {
	err := c.gates.await(ctx, name, func() { fmt.Fprintf(log, "waiting until what is under way in %s has ended\n", name) })
	if err != nil {
		return nbhosting.Because(err, nbhosting.Unavailable, "The course %q is in use. Try again later.", name)
	}
	if err := c.mayEmpty(name, force); err != nil {
		return err
	}
	running, err := c.running(name)
	if err != nil {
		return err
	}
	g, stopping := errgroup.WithContext(ctx)
	g.SetLimit(stopsAtOnce)
	for _, student := range running {
		fmt.Fprintf(log, "stopping the server of %s\n", student)
		g.Go(func() error {
			if err := stopping.Err(); err != nil {
				return err
			}
			return c.Servers.Stop(stopping, nbhosting.Key{Course: name, Student: student})
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("stop the servers of %s: %w", name, err)
	}
	return c.mayEmpty(name, false)
}
