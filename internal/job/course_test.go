package job_test

import (
	"os"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/job"
)

func TestJobsFollowTheNameOfTheirCourse(t *testing.T) {
	s := newSite(t)
	m := s.manager()
	id := submit(t, m, job.Request{Course: "tour", Work: say("fine\n")})
	other := submit(t, m, job.Request{Course: "tour-2", Work: say("")})
	follow(t, m, id, 0)
	follow(t, m, other, 0)
	m.RenameCourse("tour", "new")
	for id, want := range map[nbhosting.JobID]nbhosting.CourseName{id: "new", other: "tour-2"} {
		if j, err := m.Job(id); err != nil || j.Course != want {
			t.Errorf("got %+v, %v, want one of %s", j, err, want)
		}
	}
	if text, _ := follow(t, m, id, 0); text != "fine\n" {
		t.Errorf("its log is now %q", text)
	}
}

func TestTheJobsOfACourseThatIsGone(t *testing.T) {
	s := newSite(t)
	m := s.manager()
	other := submit(t, m, job.Request{Course: "tour-2", Work: say("")})
	ended := submit(t, m, job.Request{Course: "tour", Work: say("fine\n")})
	follow(t, m, other, 0)
	follow(t, m, ended, 0)
	running, release := make(chan string, 1), make(chan struct{})
	itself := submit(t, m, job.Request{Course: "tour", Work: held("", running, release)})
	<-running
	waiting := submit(t, m, job.Request{Course: "tour", Work: say("too late")})
	m.ForgetCourse("tour")
	for _, id := range []nbhosting.JobID{ended, waiting} {
		if j, err := m.Job(id); nbhosting.KindOf(err) != nbhosting.NotFound {
			t.Errorf("%s is known: %+v", id, j)
		}
	}
	close(release)
	for _, id := range []nbhosting.JobID{itself, other} {
		if _, j := follow(t, m, id, 0); j.State != nbhosting.JobSucceeded {
			t.Errorf("%s: %+v", id, j)
		}
	}
	if logs, err := os.ReadDir(s.logs()); err != nil || len(logs) != 2 {
		t.Errorf("logs: %v, %v", logs, err)
	}
}
