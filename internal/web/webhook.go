package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/nbhosting/nbhosting"
)

// webhookPrefix begins the paths at which git hosts tell of pushes.
const webhookPrefix = "/api/webhooks/git/"

// Puller is told of pushes.
type Puller interface {
	// PushTold asks for a pull of a course and does not wait for it. To ask for
	// what is asked for already costs nothing: whoever saw one message of a git host
	// may send it again as often as they like.
	PushTold(context.Context, nbhosting.CourseName) error
}

const (
	maxPush     = 25 << 20 // bytes of a message, what GitHub sends at most
	keptOfPush  = 256 << 10
	pushTimeout = time.Minute // to send a message in; git hosts wait for ten seconds at most
)

// WebhookAnswer is what a git host is told of its message.
type WebhookAnswer struct {
	Pull    bool   `json:"pull"` // whether it leads to a pull
	Message string `json:"message"`
}

// webhook takes the word of a git host that somebody pushed. A program calls it,
// from anywhere: the rules of access and the guard against foreign pages have no
// part in it, the proof has.
//
// Wrong proofs are not counted. There are 2^256 secrets to guess from, and each
// guess costs its sender more than us: memory and time of a message are bounded.
func (w *Web) webhook(rw http.ResponseWriter, r *http.Request) {
	answer, code, err := w.takePush(rw, r)
	var body any = answer
	if err != nil {
		w.logFailure(r, err)
		body, code = APIError{Kind: nbhosting.KindOf(err).String(), Message: nbhosting.MessageOf(err)}, statusOf(err)
	}
	h := rw.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	rw.WriteHeader(code)
	if err := json.NewEncoder(rw).Encode(body); err != nil {
		w.Logger.Debug("an answer to a webhook was not read", "err", err)
	}
}

func (w *Web) takePush(rw http.ResponseWriter, r *http.Request) (WebhookAnswer, int, error) {
	course, err := w.listener(r)
	if err != nil {
		return WebhookAnswer{}, 0, err
	}
	kept, err := provenBody(rw, r, course.WebhookSecret)
	if err != nil {
		return WebhookAnswer{}, 0, err
	}
	if ignored := whyIgnored(r.Header, kept, course); ignored != "" {
		return WebhookAnswer{Message: ignored}, http.StatusOK, nil
	}
	if w.Puller == nil {
		return WebhookAnswer{}, 0, nbhosting.Errorf(nbhosting.Unavailable, "Courses are not pulled here.")
	}
	if err := w.Puller.PushTold(r.Context(), course.Name); err != nil {
		return WebhookAnswer{}, 0, err
	}
	return WebhookAnswer{Pull: true, Message: "The course will be pulled."}, http.StatusAccepted, nil
}

// listener returns the course that a message is for. If there is none, or it
// listens to nobody, the course has no secret: nothing is proved to it, but all
// that follows takes as long as for another.
func (w *Web) listener(r *http.Request) (nbhosting.Course, error) {
	name, err := courseOf(r)
	if err != nil {
		return nbhosting.Course{}, nil // whether a name is possible is not told either
	}
	course, err := w.Courses.Course(r.Context(), name)
	if nbhosting.KindOf(err) == nbhosting.NotFound {
		return nbhosting.Course{}, nil
	}
	return course, err
}

// provenBody reads a message to its end and returns the beginning of it, if its
// sender has the secret. Otherwise all are told the same.
func provenBody(rw http.ResponseWriter, r *http.Request, secret string) ([]byte, error) {
	p := newProof(r.Header, secret)
	if !p.offered() {
		return nil, unproved(errors.New("there is no signature that we know"))
	}
	_ = http.NewResponseController(rw).SetReadDeadline(time.Now().Add(pushTimeout)) // where there is a connection
	kept := &head{most: keptOfPush}
	_, err := io.Copy(io.MultiWriter(p, kept), http.MaxBytesReader(rw, r.Body, maxPush))
	switch {
	case err != nil:
		return nil, unproved(err)
	case secret == "":
		return nil, unproved(errors.New("no such course listens to pushes"))
	case !p.holds():
		return nil, unproved(errors.New("the signature is not that of the course's secret"))
	}
	return kept.bytes, nil
}

// unproved keeps the reason for the log.
func unproved(cause error) error {
	return nbhosting.Because(cause, nbhosting.Denied, "This message is not taken: its sender did not prove that it is meant for here.")
}

// head keeps the beginning of what is written to it.
type head struct {
	bytes []byte
	most  int
}

// Write never fails.
func (h *head) Write(p []byte) (int, error) {
	h.bytes = append(h.bytes, p[:min(len(p), h.most-len(h.bytes))]...)
	return len(p), nil
}
