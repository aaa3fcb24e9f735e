package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/opening"
	"github.com/nbhosting/nbhosting/internal/texts"
)

// attemptPage is what the page of an opening shows.
type attemptPage struct {
	Title   string
	Failed  string // the title once it has failed
	ID      string
	Course  nbhosting.CourseName
	What    string // is opened; empty: the server as a whole
	Steps   []stepLine
	Wait    string // what can be said while others come first
	Failure string
	Git     bool // what is missing may be a matter of git's
}

func pageOf(p *texts.Printer, a *opening.Attempt) attemptPage {
	page := attemptPage{
		Title: p.T("Opening your notebook"), Failed: p.T("Your notebook could not be opened"),
		ID: a.ID, Course: a.Launch.Course, What: a.Launch.Notebook, Git: a.Launch.Git,
	}
	if a.Launch.Notebook == "" {
		page.Title, page.Failed, page.What = p.T("Opening Jupyter"), p.T("Jupyter could not be opened"), a.Launch.Folder
	}
	return page
}

// stepLine is one line of the page's list.
type stepLine struct {
	Word, Text string
	State      string // "done", "now" or ""
}

// stepTexts are the steps that a person is told about.
var stepTexts = []struct {
	step opening.Step
	text string
}{
	{opening.StepWorkspace, texts.Mark("Getting your files ready")},
	{opening.StepRuntime, texts.Mark("Starting your own notebook server")},
	{opening.StepJupyter, texts.Mark("Waiting for Jupyter to answer")},
}

// shown is the step that people are shown for another.
func shown(step opening.Step) opening.Step {
	if step == opening.StepQueue || step == opening.StepRoom {
		return opening.StepRuntime
	}
	return step
}

// waitText says for what an opening waits that has nothing to do with it, and how long.
func waitText(p *texts.Printer, status opening.Status) string {
	left := status.Wait.Left
	switch {
	case status.Step == opening.StepQueue && left > 0:
		return p.T("Others are starting at the moment. You are number %d in the line: that takes about %s.", status.Wait.Place, roughly(left))
	case status.Step == opening.StepRoom && left > 0:
		return p.T("The machine is full at the moment. There should be room in about %s; this page goes on by itself.", roughly(left))
	case status.Step == opening.StepRoom:
		return p.T("The machine is full at the moment. This page goes on by itself as soon as there is room.")
	}
	return ""
}

// roughly rounds a duration as one says it that is a guess.
func roughly(d time.Duration) time.Duration {
	unit := 5 * time.Second
	if d > time.Minute {
		unit = time.Minute
	}
	return (d + unit - 1).Truncate(unit)
}

func (w *Web) renderAttempt(rw http.ResponseWriter, r *http.Request, code int, a *opening.Attempt, status opening.Status) error {
	p := texts.For(r)
	page, now := pageOf(p, a), shown(status.Step)
	page.Wait = waitText(p, status)
	for _, s := range stepTexts {
		line := stepLine{Word: s.step.String(), Text: p.T(s.text)}
		switch {
		case s.step < now:
			line.State = "done"
		case s.step == now:
			line.State = "now"
		}
		page.Steps = append(page.Steps, line)
	}
	if status.Err != nil {
		page.Title, page.Failure = page.Failed, texts.Message(p, status.Err)
	}
	return w.render(rw, r, code, "opening", page)
}

func (w *Web) attempt(r *http.Request) (*opening.Attempt, error) {
	a, ok := w.attempts.Find(r.PathValue("id"))
	if !ok {
		return nil, nbhosting.Errorf(nbhosting.NotFound, "This page has had its time. Open the notebook again from the page of your course.")
	}
	return a, nil
}

func (w *Web) showAttempt(rw http.ResponseWriter, r *http.Request) error {
	a, err := w.attempt(r)
	if err != nil {
		return err
	}
	return w.answerAttempt(rw, r, a)
}

func (w *Web) retryAttempt(rw http.ResponseWriter, r *http.Request) error {
	a, err := w.attempt(r)
	if err != nil {
		return err
	}
	return w.goOn(rw, r, a.Launch)
}

// openJupyter goes on with Jupyter where a notebook could not be opened.
func (w *Web) openJupyter(rw http.ResponseWriter, r *http.Request) error {
	a, err := w.attempt(r)
	if err != nil {
		return err
	}
	key := a.Launch.Key()
	return w.goOn(rw, r, nbhosting.Launch{Course: key.Course, Student: key.Student, FrontEnd: nbhosting.Lab})
}

// goOn begins another attempt, and leads to it.
func (w *Web) goOn(rw http.ResponseWriter, r *http.Request, launch nbhosting.Launch) error {
	if w.haveLeft() {
		AskAgain(rw, r)
		return nil
	}
	next := w.attempts.Begin(r.Context(), launch)
	rw.Header().Set("Location", nbhosting.OpeningPrefix+next.ID)
	rw.WriteHeader(http.StatusSeeOther)
	return nil
}

// attemptEvent is the data of each event of the stream.
type attemptEvent struct {
	Step     string `json:"step"`
	Stage    string `json:"stage"` // for programs: what people are shown another step for, too
	Wait     string `json:"wait,omitempty"`
	Location string `json:"location,omitempty"`
	Failure  string `json:"failure,omitempty"`
}

// keepAlive is how often a silent stream says that it is there: some proxies
// close what is silent for a minute.
const keepAlive = 15 * time.Second

// followAttempt streams the steps of an attempt as server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html), to its end.
func (w *Web) followAttempt(rw http.ResponseWriter, r *http.Request) error {
	a, err := w.attempt(r)
	if err != nil {
		return err
	}
	rw.Header().Set("Content-Type", "text/event-stream")
	rw.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(rw)
	if _, err := fmt.Fprintf(rw, "retry: %d\n", comeBack.Milliseconds()); err != nil {
		return nil // nobody listens
	}
	for {
		status, changed := a.Status()
		if w.haveLeft() {
			return nil // the page comes back, to another program
		}
		if err := sendStatus(rw, texts.For(r), status); err != nil || out.Flush() != nil || status.Done {
			return nil // nobody listens any more, or all is said
		}
		if !w.awaitChange(rw, r, out, changed) {
			return nil
		}
	}
}

// comeBack is how long a page waits whose stream has broken off before it asks for it again.
const comeBack = 500 * time.Millisecond

func sendStatus(rw http.ResponseWriter, p *texts.Printer, status opening.Status) error {
	event := attemptEvent{Step: shown(status.Step).String(), Stage: status.Step.String(), Wait: waitText(p, status), Location: status.Location}
	if status.Err != nil {
		event.Failure = texts.Message(p, status.Err)
	}
	data, err := json.Marshal(event)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(rw, "data: %s\n\n", data)
	return err
}

// awaitChange returns false when nobody listens any more.
func (w *Web) awaitChange(rw http.ResponseWriter, r *http.Request, out *http.ResponseController, changed <-chan struct{}) bool {
	ticker := time.NewTicker(keepAlive)
	defer ticker.Stop()
	for {
		select {
		case <-changed:
			return true
		case <-w.attempts.HaveLeft():
			return false
		case <-r.Context().Done():
			return false
		case <-ticker.C:
			if _, err := fmt.Fprint(rw, ": still here\n\n"); err != nil || out.Flush() != nil {
				return false
			}
		}
	}
}
