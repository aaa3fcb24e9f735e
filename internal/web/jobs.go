package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/job"
)

// job turns a function that asks for a job into a handler that answers the job,
// with the status 202.
func (w *Web) job(ask func(*http.Request) (nbhosting.Job, error)) http.Handler {
	return w.answer(http.StatusAccepted, func(r *http.Request) (any, error) { return ask(r) })
}

// listJobs answers the jobs, newest first; of one course, of one kind, in one
// state, if the query says so.
func (w *Web) listJobs(r *http.Request) (any, error) {
	q := r.URL.Query()
	fits := func(key, value string) bool { return !q.Has(key) || q.Get(key) == value }
	return w.Upkeep.Jobs.Jobs(func(j nbhosting.Job) bool {
		return fits("course", string(j.Course)) && fits("kind", string(j.Kind)) && fits("state", string(j.State))
	}), nil
}

func jobOf(r *http.Request) nbhosting.JobID { return nbhosting.JobID(r.PathValue("job")) }

func (w *Web) showJob(r *http.Request) (any, error) { return w.Upkeep.Jobs.Job(jobOf(r)) }

func (w *Web) cancelJob(r *http.Request) (any, error) {
	return struct{}{}, w.Upkeep.Jobs.Cancel(jobOf(r))
}

// JobEvent is the data of each event of a job's stream. The id of the event is
// where in the log to go on: a client that comes back shows it (Last-Event-ID).
type JobEvent struct {
	Job nbhosting.Job `json:"job"`           // as it is now
	Log string        `json:"log,omitempty"` // more of its log, in whole lines
}

// followJob streams a job's log as server-sent events, to its end: the last event
// holds the job as it ended.
func (w *Web) followJob(rw http.ResponseWriter, r *http.Request) {
	id, offset := jobOf(r), offsetOf(r)
	if _, err := w.Upkeep.Jobs.Job(id); err != nil {
		w.answer(http.StatusOK, func(*http.Request) (any, error) { return nil, err }).ServeHTTP(rw, r)
		return
	}
	out := newEventStream(rw)
	stop := out.keepAlive(keepAlive)
	defer stop()
	_, err := w.Upkeep.Jobs.Follow(r.Context(), id, offset, func(p job.Progress) error {
		return out.send(strconv.FormatInt(p.Next, 10), JobEvent{Job: p.Job, Log: p.Text})
	})
	if err != nil && r.Context().Err() == nil {
		w.Logger.Debug("a job is not followed any more", "job", id, "err", err)
	}
}

// offsetOf says where in a log to begin: at its start unless the client was there before.
func offsetOf(r *http.Request) int64 {
	offset, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
	if err != nil || offset < 0 {
		return 0
	}
	return offset
}

// eventStream writes server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
type eventStream struct {
	to    http.ResponseWriter
	flush func() error
	turn  chan struct{} // holds one value: whose turn it is to write
}

func newEventStream(rw http.ResponseWriter) *eventStream {
	rw.Header().Set("Content-Type", "text/event-stream")
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("X-Accel-Buffering", "no")
	rw.WriteHeader(http.StatusOK)
	s := &eventStream{to: rw, flush: http.NewResponseController(rw).Flush, turn: make(chan struct{}, 1)}
	s.turn <- struct{}{}
	return s
}

func (s *eventStream) send(id string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.write(fmt.Sprintf("id: %s\ndata: %s\n\n", id, data))
}

func (s *eventStream) write(text string) error {
	<-s.turn
	defer func() { s.turn <- struct{}{} }()
	if _, err := fmt.Fprint(s.to, text); err != nil {
		return err
	}
	return s.flush()
}

// keepAlive says from time to time that the stream is there, until stop returns.
func (s *eventStream) keepAlive(pause time.Duration) (stop func()) {
	ended, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		ticker := time.NewTicker(pause)
		defer ticker.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ticker.C:
				if s.write(": still here\n\n") != nil {
					return
				}
			}
		}
	}()
	return func() {
		close(ended)
		<-stopped
	}
}
