package web

import (
	"context"
	"errors"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/server"
	"github.com/nbhosting/nbhosting/internal/texts"
	"github.com/nbhosting/nbhosting/internal/work"
)

// notice is something that a student should know of their server, or their files.
type notice struct {
	At   time.Time `json:"at,omitzero"` // zero: now
	Text string    `json:"text"`
}

// Shortage tells that a server's programs needed more memory than there is, and
// that one of them was ended for it.
type Shortage struct {
	At     time.Time
	Limit  int64 // bytes that there are; 0: not known
	Kernel bool  // it was a kernel
}

// shortageAge is for how long a student is told that there was not enough memory.
const shortageAge = time.Hour

// notices are what there is to be told, what is over first.
func (w *Web) notices(ctx context.Context, p *texts.Printer, v barVisit) []notice {
	var all []notice
	if v.server.ID != "" && w.Shortages != nil {
		for _, s := range w.Shortages(v.server) {
			if time.Since(s.At) < shortageAge {
				all = append(all, notice{s.At, shortageText(p, s)})
			}
		}
	}
	if use, ok := w.disk.use(ctx, v.key); ok && w.DiskWarning > 0 && use.Bytes > w.DiskWarning {
		all = append(all, notice{Text: p.T("Your files in this course take %s of disk. Please remove what you do not need any more.", p.Bytes(use.Bytes))})
	}
	if w.Work.Full(v.key) {
		all = append(all, notice{Text: p.T("The history of your notebooks is full: what you save is saved, but older versions of it are kept no more.")})
	}
	if w.isTooLarge(v) {
		all = append(all, notice{Text: p.T("This notebook is larger than %s: what you save is saved, but its versions are not kept. Clear the outputs that you do not need.", p.Bytes(work.MaxNotebook))})
	}
	return all
}

// isTooLarge tells whether no version is kept of the notebook of a visit.
func (w *Web) isTooLarge(v barVisit) bool {
	file, err := v.notebook()
	if err != nil {
		return false
	}
	place, err := w.workspaceOf(v)
	if err != nil {
		return false
	}
	f, err := place.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	return err == nil && info.Size() > work.MaxNotebook
}

func shortageText(p *texts.Printer, s Shortage) string {
	switch {
	case s.Kernel && s.Limit > 0:
		return p.T("Your code needed more than %s of memory. Its kernel was ended, and its variables are lost: use less data, and run the cells again.", p.Bytes(s.Limit))
	case s.Kernel:
		return p.T("Your code needed more memory than there is. Its kernel was ended, and its variables are lost: use less data, and run the cells again.")
	}
	return p.T("A program of yours needed more memory than there is, and was ended.")
}

// whyEnded says why a server is not there any more, if that is known and not the student's own wish.
func (w *Web) whyEnded(p *texts.Printer, key nbhosting.Key) string {
	end, ok := w.Servers.LastEnd(key)
	if !ok {
		return ""
	}
	switch end.Reason {
	case server.Idle:
		return p.T("It was stopped because nothing was done in it for a while.")
	case server.Lingering:
		return p.T("It was stopped because it had run for as long as servers may.")
	case server.Outdated:
		return p.T("It was stopped because the course has a new environment, in which it starts again.")
	case server.Unreachable, server.Paused:
		return p.T("It was stopped because it did not answer any more.")
	case server.Room:
		return p.T("It was stopped because nothing was done in it, and others needed its place.")
	case server.OutOfMemory:
		return p.T("It needed more memory than it may use.")
	case server.Gone:
		return p.T("It ended by itself.")
	case server.Asked, server.Replaced, server.NoStart, server.Leftover, server.Adopted:
	}
	return ""
}

// noticeTime bounds what one look at a student's files may take.
const noticeTime = time.Second

// look completes a state by what takes longer to find out.
func (w *Web) look(ctx context.Context, p *texts.Printer, v barVisit, s *barStatus) {
	ctx, cancel := context.WithTimeoutCause(ctx, noticeTime, errors.New("looking at a student's files took too long"))
	defer cancel()
	s.Notices = w.notices(ctx, p, v)
	if !s.Running {
		s.Why = w.whyEnded(p, v.key)
	}
	if use, ok := w.disk.use(ctx, v.key); ok {
		s.Disk = p.T("Your files in this course take %s of disk.", p.Bytes(use.Bytes))
	}
}
