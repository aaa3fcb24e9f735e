package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/web"
)

// task is a job that a command asks for.
type task struct {
	about  string // what people know it by, such as the name of a course
	method string
	path   string
	body   any
}

// outcome is what a task came to. Its JSON keys are an interface.
type outcome struct {
	About string         `json:"about"`
	Job   *nbhosting.Job `json:"job"` // null: it was refused
	Error *web.APIError  `json:"error,omitempty"`

	err error
}

func (o *outcome) failed(err error) {
	o.err = err
	said := apiError(err)
	o.Error = &said
}

// detachFlag lets a command end before its jobs do.
func detachFlag(cmd *cobra.Command, detach *bool) {
	cmd.Flags().BoolVarP(detach, "detach", "d", false, "do not wait: print the ids of the jobs, for “job follow”")
}

var errDetached = nbhosting.Errorf(nbhosting.Conflict, "Nobody serves this site, and so a job ends with the command that asked for it. Leave out --detach, or start “nbhosting serve”.")

// runOne asks for a job and shows its log until it ends.
func (e *env) runOne(ctx context.Context, t task, detach bool) error {
	return e.with(ctx, func(c *client) error {
		if detach && !c.served {
			return errDetached
		}
		var j nbhosting.Job
		if err := c.call(ctx, t.method, t.path, t.body, &j); err != nil {
			return err
		}
		if detach {
			return e.printAsked(j)
		}
		j, err := c.finish(ctx, j, e.jobLog())
		if e.json {
			if err := e.printJSON(j); err != nil {
				return err
			}
		}
		return err
	})
}

func (e *env) printAsked(j nbhosting.Job) error {
	if e.json {
		return e.printJSON(j)
	}
	_, err := fmt.Fprintln(e.Stdout, j.ID)
	return err
}

// jobLog is where the logs of jobs go: nowhere, for who reads JSON.
func (e *env) jobLog() io.Writer {
	if e.json {
		return io.Discard
	}
	return e.Stdout
}

// runAll asks for all jobs at once and follows them one after the other. That one
// fails does not stop the others.
func (e *env) runAll(ctx context.Context, c *client, tasks []task, detach bool) error {
	if detach && !c.served {
		return errDetached
	}
	outcomes := make([]outcome, len(tasks))
	for i, t := range tasks {
		outcomes[i].About = t.about
		var j nbhosting.Job
		if err := c.call(ctx, t.method, t.path, t.body, &j); err != nil {
			outcomes[i].failed(err)
			continue
		}
		outcomes[i].Job = &j
	}
	for i := range outcomes {
		e.report(ctx, c, &outcomes[i], detach, len(tasks) > 1)
		if ctx.Err() != nil {
			c.cancelAll(ctx, outcomes[i+1:])
			return ctx.Err()
		}
	}
	if e.json {
		if err := e.printJSON(outcomes); err != nil {
			return err
		}
	}
	return e.sumUp(outcomes, detach)
}

// report shows one of many jobs.
func (e *env) report(ctx context.Context, c *client, o *outcome, detach, many bool) {
	switch {
	case o.Job != nil && detach:
		if !e.json {
			fmt.Fprintln(e.Stdout, o.Job.ID)
		}
		return
	case o.Job != nil:
		if many && !e.json {
			fmt.Fprintf(e.Stdout, "== %s\n", o.About)
		}
		j, err := c.finish(ctx, *o.Job, e.jobLog())
		o.Job = &j
		if err != nil {
			o.failed(err)
		}
	}
	if o.err != nil && many && !e.json && ctx.Err() == nil {
		fmt.Fprintf(e.Stderr, "%s: %s\n", o.About, failureText(o.err))
	}
}

// cancelAll cancels the jobs of an interrupted command: all at first, so that
// none begins because another has ended.
func (c *client) cancelAll(ctx context.Context, outcomes []outcome) {
	patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	for _, o := range outcomes {
		if o.Job != nil {
			_ = c.call(patient, http.MethodDelete, jobPath(o.Job.ID), nil, &struct{}{}) // it may have ended
		}
	}
	for _, o := range outcomes {
		if o.Job != nil {
			_, _ = c.follow(patient, o.Job.ID, copyLog(io.Discard)) // until it has undone what it began
		}
	}
}

// sumUp says how all went.
func (e *env) sumUp(outcomes []outcome, detach bool) error {
	var failed []string
	kind := nbhosting.Internal
	for _, o := range outcomes {
		if o.err != nil {
			failed = append(failed, o.About)
			kind = nbhosting.KindOf(o.err)
		}
	}
	switch {
	case len(outcomes) == 1:
		return outcomes[0].err
	case len(failed) > 0:
		return nbhosting.Errorf(kind, "%d of %d failed: %s.", len(failed), len(outcomes), strings.Join(failed, ", "))
	case !e.json && !detach:
		fmt.Fprintf(e.Stdout, "== all %d done\n", len(outcomes))
	}
	return nil
}
