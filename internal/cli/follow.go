package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/web"
)

// runJob asks the API for a job and shows its log until it ends; what it failed
// with is the error. Who interrupts the command cancels the job.
func (e *env) runJob(cmd *cobra.Command, method, path string, body any) error {
	c, err := e.client(cmd.Context())
	if err != nil {
		return err
	}
	defer c.close()
	return c.run(cmd.Context(), method, path, body, e.stdout)
}

// run asks the API for a job and copies its log until it ends.
func (c *client) run(ctx context.Context, method, path string, body any, log io.Writer) error {
	var j nbhosting.Job
	if err := c.call(ctx, method, path, body, &j); err != nil {
		return err
	}
	return c.finish(ctx, j, log)
}

// finish shows the log of a job until it ends, and returns what it failed with.
func (c *client) finish(ctx context.Context, j nbhosting.Job, log io.Writer) error {
	ended, err := c.follow(ctx, j.ID, log)
	if ctx.Err() != nil {
		return c.cancelJob(ctx, j.ID, log)
	}
	if err != nil {
		return err
	}
	return ended.Err()
}

// undoTime is how long an interrupted command waits for its job to undo what it
// had begun.
const undoTime = 30 * time.Second

// cancelJob cancels a job whose command was interrupted, and waits for its end.
func (c *client) cancelJob(ctx context.Context, id nbhosting.JobID, log io.Writer) error {
	patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	err := c.call(patient, http.MethodDelete, jobPath(id), nil, &struct{}{})
	if err != nil && nbhosting.KindOf(err) != nbhosting.Conflict { // it ended by itself
		return err
	}
	j, err := c.follow(patient, id, io.Discard)
	if err != nil {
		return err
	}
	return j.Err()
}

// follow copies the log of a job to the given writer until the job ends.
func (c *client) follow(ctx context.Context, id nbhosting.JobID, log io.Writer) (nbhosting.Job, error) {
	answer, err := c.request(ctx, http.MethodGet, jobPath(id)+"/events", nil)
	if err != nil {
		return nbhosting.Job{}, err
	}
	defer answer.Close()
	lines := bufio.NewScanner(answer)
	lines.Buffer(nil, maxEvent)
	for lines.Scan() {
		data, found := strings.CutPrefix(lines.Text(), "data: ")
		if !found {
			continue
		}
		var event web.JobEvent
		if err := json.Unmarshal([]byte(data), &event); err != nil {
			return nbhosting.Job{}, fmt.Errorf("follow job %s: %w", id, err)
		}
		if _, err := io.WriteString(log, event.Log); err != nil {
			return nbhosting.Job{}, err
		}
		if event.Job.Ended() && event.Log == "" {
			return event.Job, nil
		}
	}
	if err := lines.Err(); err != nil {
		return nbhosting.Job{}, fmt.Errorf("follow job %s: %w", id, err)
	}
	return nbhosting.Job{}, nbhosting.Errorf(nbhosting.Unavailable, "The program that serves the site broke off; its job %s may go on.", id)
}

// maxEvent bounds one event of a stream, in bytes: a piece of a log, which JSON
// may make six times as long.
const maxEvent = 1 << 20

func jobPath(id nbhosting.JobID) string { return "/api/jobs/" + string(id) }
