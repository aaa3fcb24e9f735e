package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/web"
)

func (e *env) jobCommand() *cobra.Command {
	return group("job", "See, follow and cancel long work",
		e.jobListCommand(), e.jobShowCommand(), e.jobFollowCommand(), e.jobCancelCommand())
}

func (e *env) jobListCommand() *cobra.Command {
	var course, kind, state string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the jobs, newest first",
		Long:    "List the jobs, newest first. Those that ended long ago are forgotten.",
		Example: "  nbhosting job list --state running\n  nbhosting job list --course python3 --kind pull --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := url.Values{}
			for key, value := range map[string]string{"course": course, "kind": kind, "state": state} {
				if value != "" {
					query.Set(key, value)
				}
			}
			var jobs []nbhosting.Job
			if err := e.get(cmd.Context(), "/api/jobs?"+query.Encode(), &jobs); err != nil {
				return err
			}
			return e.printJobs(jobs)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	c.Flags().StringVar(&course, "course", "", "those of one `course`")
	c.Flags().StringVar(&kind, "kind", "", "those of one `kind`: create, pull, build-image, build-core-images, run-build, rename, delete")
	c.Flags().StringVar(&state, "state", "", "those in one `state`: queued, running, succeeded, failed, cancelled, interrupted")
	_ = c.RegisterFlagCompletionFunc("course", e.completeCourses(1)) // the flags are there
	_ = c.RegisterFlagCompletionFunc("kind", fixed(
		nbhosting.JobCreate, nbhosting.JobPull, nbhosting.JobImage, nbhosting.JobCoreImages, nbhosting.JobBuild, nbhosting.JobRename, nbhosting.JobDelete,
	))
	_ = c.RegisterFlagCompletionFunc("state", fixed(
		nbhosting.JobQueued, nbhosting.JobRunning, nbhosting.JobSucceeded, nbhosting.JobFailed, nbhosting.JobCancelled, nbhosting.JobInterrupted,
	))
	return c
}

func (e *env) printJobs(jobs []nbhosting.Job) error {
	if e.json {
		return e.printJSON(jobs)
	}
	t := e.table()
	fmt.Fprintln(t, "ID\tKIND\tCOURSE\tSUBJECT\tSTATE\tASKED FOR\tTOOK")
	for _, j := range jobs {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", j.ID, j.Kind, orDash(string(j.Course)), orDash(j.Subject), j.State, dated(j.CreatedAt), took(j))
	}
	return t.Flush()
}

// took says how long a job ran, or has run so far.
func took(j nbhosting.Job) string {
	switch {
	case j.StartedAt.IsZero():
		return "-"
	case j.EndedAt.IsZero():
		return time.Since(j.StartedAt).Round(time.Second).String()
	}
	return j.EndedAt.Sub(j.StartedAt).Round(time.Second).String()
}

func (e *env) jobShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "show ID",
		Short:   "Show a job: how far it is, or how it ended",
		Example: "  nbhosting job show 20260102-150405.000-abcdef",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var j nbhosting.Job
			if err := e.get(cmd.Context(), jobPath(nbhosting.JobID(args[0])), &j); err != nil {
				return err
			}
			return e.printJob(j)
		},
		ValidArgsFunction: e.completeJobs(false),
	}
}

func (e *env) printJob(j nbhosting.Job) error {
	if e.json {
		return e.printJSON(j)
	}
	err := e.labelled([][2]string{
		{"id", string(j.ID)},
		{"kind", string(j.Kind)},
		{"course", string(j.Course)},
		{"subject", j.Subject},
		{"state", string(j.State)},
		{"asked for", dated(j.CreatedAt)},
		{"began", dated(j.StartedAt)},
		{"ended", dated(j.EndedAt)},
		{"took", took(j)},
	}...)
	if j.Error != "" {
		fmt.Fprintf(e.Stdout, "error (%s)\n", j.ErrorKind)
		paragraph(e.Stdout, "  ", j.Error)
	}
	return err
}

func (e *env) jobFollowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "follow ID",
		Short: "Show the log of a job until it ends",
		Long: "Show the log of a job until it ends; the exit code tells how. To interrupt the command leaves the job alone (see “job cancel”).\n" +
			"With --json, each line is an object: {\"job\": …, \"log\": …}.",
		Example: "  nbhosting job follow 20260102-150405.000-abcdef",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.with(cmd.Context(), func(c *client) error { return e.followJob(cmd.Context(), c, nbhosting.JobID(args[0])) })
		},
		ValidArgsFunction: e.completeJobs(false),
	}
}

func (e *env) followJob(ctx context.Context, c *client, id nbhosting.JobID) error {
	take := copyLog(e.Stdout)
	if e.json {
		lines := json.NewEncoder(e.rawStdout)
		lines.SetEscapeHTML(false)
		take = func(event web.JobEvent) error { return lines.Encode(event) }
	}
	ended, err := c.follow(ctx, id, take)
	if err != nil {
		return err
	}
	return ended.Err()
}

func (e *env) jobCancelCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "cancel ID…",
		Short:   "Cancel jobs that wait or run",
		Long:    "Cancel jobs that wait or run. What they had begun is undone; the command does not wait for that.",
		Example: "  nbhosting job cancel 20260102-150405.000-abcdef",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.with(cmd.Context(), func(c *client) error {
				var errs []error
				for _, id := range args {
					errs = append(errs, c.call(cmd.Context(), http.MethodDelete, jobPath(nbhosting.JobID(id)), nil, &struct{}{}))
				}
				return together(errs)
			})
		},
		ValidArgsFunction: e.completeJobs(true),
	}
}
