package job

import (
	"bytes"
	"context"
	"fmt"

	"github.com/nbhosting/nbhosting"
)

// Progress is one piece of news of a job that is followed.
type Progress struct {
	Job  nbhosting.Job // as it is now
	Text string        // what its log has more, in whole lines
	Next int64         // offset in the log, in bytes, at which to go on following
}

// Follow calls take with what a job's log has from offset on, and with each new
// state, until the job has ended and all was told, take fails, or ctx ends. The
// last call has no text. It returns the job as it ended.
func (m *Manager) Follow(ctx context.Context, id nbhosting.JobID, offset int64, take func(Progress) error) (nbhosting.Job, error) {
	m.mu.Lock()
	e, ok := m.jobs[id]
	m.mu.Unlock()
	if !ok {
		return nbhosting.Job{}, noJob(id)
	}
	told := nbhosting.JobState("")
	for {
		// The state is looked at before the log: a log is whole before its job has ended.
		job, changed := m.status(e)
		size, grown := e.log.length()
		text, err := e.log.read(offset, size)
		if err != nil {
			return job, fmt.Errorf("read the log of job %s: %w", id, err)
		}
		text = wholeLines(text, job.Ended())
		if len(text) > 0 || job.State != told {
			offset += int64(len(text))
			if len(text) == 0 {
				told = job.State
			}
			if err := take(Progress{Job: job, Text: string(text), Next: offset}); err != nil {
				return job, err
			}
			continue
		}
		if job.Ended() {
			return job, nil
		}
		select {
		case <-changed:
		case <-grown:
		case <-ctx.Done():
			return job, context.Cause(ctx)
		}
	}
}

func (m *Manager) status(e *entry) (nbhosting.Job, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return e.job, e.changed
}

// wholeLines returns text up to its last line's end, but a piece that is all one
// line, or the last there is, as it is.
func wholeLines(text []byte, last bool) []byte {
	end := bytes.LastIndexByte(text, '\n') + 1
	if end == 0 && (last || len(text) == maxChunk) || last && len(text) < maxChunk {
		return text
	}
	return text[:end]
}
