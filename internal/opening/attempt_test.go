package opening_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/opening"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
)

func ignore(opening.Step, opening.Wait) {}

func done(s opening.Status) bool { return s.Done }

// hold makes the start of servers wait until the function that it returns is called.
func (b *bench) hold() (release func()) {
	held, release := context.WithCancel(context.Background())
	b.t.Cleanup(release)
	b.engine.Fail(fake.Failures{Start: func(context.Context, runtime.Spec) error {
		<-held.Done()
		return nil
	}})
	return release
}

func TestStepsComeInOrder(t *testing.T) {
	b := newBench(t, map[string]string{"a.ipynb": ""})
	var steps []opening.Step
	open := func(started bool) {
		steps = nil
		opened, err := b.Open(t.Context(), launchOf("a"), func(s opening.Step, _ opening.Wait) { steps = append(steps, s) })
		if err != nil || opened.Started != started {
			t.Fatalf("got %+v, %v", opened, err)
		}
	}
	open(true)
	for i := 1; i < len(steps); i++ {
		if steps[i] < steps[i-1] {
			t.Errorf("%s comes after %s", steps[i], steps[i-1])
		}
	}
	open(false)
	want := []opening.Step{opening.StepCourse, opening.StepWorkspace, opening.StepServer}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("of a server that runs (-want +got):\n%s", diff)
	}
}

func TestAnAttemptIsFollowedToItsEnd(t *testing.T) {
	b := newBench(t, map[string]string{"a.ipynb": ""})
	release := b.hold()
	attempts := opening.NewAttempts(b.Opener)
	a := attempts.Begin(t.Context(), launchOf("a"))
	if found, ok := attempts.Find(a.ID); !ok || found != a {
		t.Error("it is not found")
	}
	slow, err := a.Await(t.Context(), opening.Status.Slow)
	if err != nil || slow.Step != opening.StepRuntime || slow.Done {
		t.Errorf("got %+v, %v", slow, err)
	}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Await(impatient, done); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	release()
	end, err := a.Await(t.Context(), done)
	if err != nil || end.Err != nil || end.Step != opening.StepDone || end.Location == "" {
		t.Errorf("got %+v, %v", end, err)
	}
}

func TestAnAttemptGoesOnWithoutItsCaller(t *testing.T) {
	b := newBench(t, map[string]string{"a.ipynb": ""})
	release := b.hold()
	ctx, leave := context.WithCancel(t.Context())
	a := opening.NewAttempts(b.Opener).Begin(ctx, launchOf("a"))
	if _, err := a.Await(t.Context(), opening.Status.Slow); err != nil {
		t.Fatal(err)
	}
	leave()
	release()
	if end, err := a.Await(t.Context(), done); err != nil || end.Err != nil {
		t.Errorf("got %+v, %v", end, err)
	}
	b.open("a")
	if got := b.events(); len(got) != 2 {
		t.Errorf("got %q", got)
	}
}

func TestAFailureIsKeptAndCanBeTriedAgain(t *testing.T) {
	b := newBench(t, map[string]string{"a.ipynb": ""})
	b.engine.Fail(fake.Failures{Start: func(context.Context, runtime.Spec) error { return runtime.ErrNoImage }})
	attempts := opening.NewAttempts(b.Opener)
	a := attempts.Begin(t.Context(), launchOf("a"))
	end, err := a.Await(t.Context(), done)
	if err != nil || nbhosting.KindOf(end.Err) != nbhosting.NotFound || end.Location != "" || end.Step == opening.StepDone {
		t.Errorf("got %+v, %v", end, err)
	}
	if kept, ok := attempts.Find(a.ID); !ok {
		t.Error("it is not kept")
	} else if again, _ := kept.Status(); !errors.Is(again.Err, end.Err) {
		t.Errorf("kept is %v", again.Err)
	}
	b.engine.Fail(fake.Failures{})
	if end, err := attempts.Begin(t.Context(), a.Launch).Await(t.Context(), done); err != nil || end.Err != nil {
		t.Errorf("again: got %+v, %v", end, err)
	}
}

func TestAttemptsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := emptyBench(t)
		attempts := opening.NewAttempts(b.Opener)
		a := attempts.Begin(t.Context(), launchOf("a"))
		if _, err := a.Await(t.Context(), done); err != nil {
			t.Fatal(err)
		}
		time.Sleep(9 * time.Minute)
		if _, ok := attempts.Find(a.ID); !ok {
			t.Error("it is forgotten too early")
		}
		time.Sleep(2 * time.Minute)
		if _, ok := attempts.Find(a.ID); ok {
			t.Error("it is not forgotten")
		}
	})
}

func TestStepsHaveWords(t *testing.T) {
	var words []string
	for s := opening.StepCourse; s <= opening.StepDone; s++ {
		words = append(words, s.String())
	}
	if diff := cmp.Diff([]string{"course", "workspace", "server", "queue", "room", "runtime", "jupyter", "done"}, words); diff != "" {
		t.Error(diff)
	}
}

func TestSettlingWaitsForWhatIsUnderWay(t *testing.T) {
	b := newBench(t, map[string]string{"a.ipynb": ""})
	release := b.hold()
	attempts := opening.NewAttempts(b.Opener)
	a := attempts.Begin(t.Context(), launchOf("a"))
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	attempts.Settle(impatient)
	if status, _ := a.Status(); status.Done {
		t.Errorf("got %+v before the start", status)
	}
	release()
	attempts.Settle(t.Context())
	if status, _ := a.Status(); !status.Done || status.Err != nil {
		t.Errorf("got %+v", status)
	}
}
