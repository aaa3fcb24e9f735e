package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/web"
)

// run asks the API for a job and copies its log until it ends. What it failed
// with is the error.
func (c *client) run(ctx context.Context, method, path string, body any, log io.Writer) error {
	var j nbhosting.Job
	if err := c.call(ctx, method, path, body, &j); err != nil {
		return err
	}
	_, err := c.finish(ctx, j, log)
	return err
}

// finish shows the log of a job until it ends, and returns it with what it failed
// with. Who interrupts the command cancels the job.
func (c *client) finish(ctx context.Context, j nbhosting.Job, log io.Writer) (nbhosting.Job, error) {
	ended, err := c.follow(ctx, j.ID, copyLog(log))
	if ctx.Err() != nil {
		return c.cancelJob(ctx, j)
	}
	if err != nil {
		return j, err
	}
	return ended, ended.Err()
}

// undoTime is how long an interrupted command waits for its job to undo what it
// had begun.
const undoTime = 30 * time.Second

// cancelJob cancels a job whose command was interrupted, and waits for its end.
func (c *client) cancelJob(ctx context.Context, j nbhosting.Job) (nbhosting.Job, error) {
	patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	err := c.call(patient, http.MethodDelete, jobPath(j.ID), nil, &struct{}{})
	if err != nil && nbhosting.KindOf(err) != nbhosting.Conflict { // it ended by itself
		return j, err
	}
	ended, err := c.follow(patient, j.ID, copyLog(io.Discard))
	if err != nil {
		return j, err
	}
	return ended, ended.Err()
}

func copyLog(to io.Writer) func(web.JobEvent) error {
	return func(event web.JobEvent) error {
		_, err := io.WriteString(to, event.Log)
		return err
	}
}

// follow calls take with each event of a job, until the job ends.
func (c *client) follow(ctx context.Context, id nbhosting.JobID, take func(web.JobEvent) error) (nbhosting.Job, error) {
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
		if err := take(event); err != nil {
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

func jobPath(id nbhosting.JobID) string { return "/api/jobs/" + url.PathEscape(string(id)) }
