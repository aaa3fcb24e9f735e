package server

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
)

// line is a queue in which every start takes ten seconds, and who began, in order.
type line struct {
	*queue
	mu    sync.Mutex
	began []nbhosting.Student
	all   sync.WaitGroup
}

// come lets a student's start come into the queue. It returns once it waits or has begun.
func (l *line) come(student nbhosting.Student, tell func(Progress)) {
	if tell == nil {
		tell = func(Progress) {}
	}
	l.all.Go(func() {
		leave, err := l.enter(context.Background(), student, tell)
		if err != nil {
			return
		}
		defer leave()
		l.mu.Lock()
		l.began = append(l.began, student)
		l.mu.Unlock()
		time.Sleep(10 * time.Second)
	})
	synctest.Wait()
}

func TestStartsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &line{queue: newQueue(1, time.Hour)}
		for _, s := range []nbhosting.Student{"ada", "ada", "ada", "bob", "cyd", "bob"} {
			l.come(s, nil)
		}
		l.all.Wait()
		// Everybody's first, then the second ones.
		if diff := cmp.Diff([]nbhosting.Student{"ada", "bob", "cyd", "ada", "bob", "ada"}, l.began); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSoManyStartsGoOnAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &line{queue: newQueue(3, time.Hour)}
		for i := range 10 {
			l.come(nbhosting.Student(fmt.Sprint(i)), nil)
		}
		for begun := 3; begun <= 9; begun += 3 {
			l.mu.Lock()
			if len(l.began) != begun {
				t.Errorf("%d have begun, want %d", len(l.began), begun)
			}
			l.mu.Unlock()
			time.Sleep(10 * time.Second)
			synctest.Wait()
		}
		l.all.Wait()
	})
}

func TestWhoWaitsIsToldTheirPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &line{queue: newQueue(2, time.Hour)}
		var told []Progress // with the queue's lock held
		for i := range 5 {
			l.come(nbhosting.Student(fmt.Sprint(i)), nil)
		}
		l.come("ada", func(p Progress) { told = append(told, p) })
		l.come("1", nil) // a second one comes after her, and moves nobody
		l.all.Wait()
		if len(told) == 0 || told[0] != (Progress{Stage: StageQueue, Place: 4, Left: 2 * firstGuess}) {
			t.Fatalf("told %+v at first", told)
		}
		for i := 1; i < len(told); i++ {
			if told[i].Place > told[i-1].Place {
				t.Errorf("went back from place %d to %d", told[i-1].Place, told[i].Place)
			}
		}
		if last := told[len(told)-1]; last.Place > 2 || last.Left <= firstGuess {
			t.Errorf("told %+v at last, want to be among the next, and more than was guessed: starts take longer here", last)
		}
	})
}

func TestNobodyWaitsForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &line{queue: newQueue(1, 25*time.Second)}
		for i := range 3 {
			l.come(nbhosting.Student(fmt.Sprint(i)), nil)
		}
		begun := time.Now()
		_, err := l.enter(t.Context(), "ada", func(Progress) {})
		if nbhosting.KindOf(err) != nbhosting.Timeout || time.Since(begun) != 25*time.Second {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := l.enter(ctx, "ada", func(Progress) {}); err != context.DeadlineExceeded {
			t.Errorf("who leaves: %v", err)
		}
		l.all.Wait()
		if leave, err := l.enter(t.Context(), "ada", func(Progress) {}); err != nil {
			t.Errorf("once all have gone: %v", err)
		} else {
			leave()
			leave() // twice is once
		}
		if l.count != 0 || len(l.running) != 0 || len(l.waiting) != 0 {
			t.Errorf("left in the queue: %d, %v, %v", l.count, l.running, l.waiting)
		}
	})
}

func TestAClosedQueueRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &line{queue: newQueue(1, time.Hour)}
		l.come("ada", nil)
		l.come("bob", nil)
		l.close()
		l.all.Wait()
		if len(l.began) != 1 {
			t.Errorf("began: %v, want ada's only", l.began)
		}
		if _, err := l.enter(t.Context(), "cyd", nil); nbhosting.KindOf(err) != nbhosting.Unavailable {
			t.Errorf("got %v", err)
		}
	})
}

// New students who keep coming do not hold up the second server of one whose first has started.
func TestASecondStartIsNotOvertakenForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &line{queue: newQueue(1, time.Hour)}
		l.come("ada", nil)
		l.come("ada", nil)
		for i := range 20 {
			l.come(nbhosting.Student(fmt.Sprint(i)), nil)
			time.Sleep(10 * time.Second)
		}
		l.all.Wait()
		if at := slices.Index(l.began[1:], "ada"); at < 0 || at > 2 { // who comes as a start ends may be before or after it
			t.Errorf("ada's second start began after %d of others who came later: %v", at, l.began)
		}
	})
}

// Whoever gives up waiting leaves their place in the order to their own next start.
func TestAStartThatGaveUpHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &line{queue: newQueue(1, time.Hour)}
		l.come("bob", nil)
		ctx, giveUp := context.WithCancel(t.Context())
		l.all.Go(func() {
			if _, err := l.enter(ctx, "ada", func(Progress) {}); err == nil {
				t.Error("a start that gave up began")
			}
		})
		synctest.Wait()
		l.come("ada", nil)
		giveUp()
		synctest.Wait()
		l.come("cyd", nil)
		l.all.Wait()
		if diff := cmp.Diff([]nbhosting.Student{"bob", "ada", "cyd"}, l.began); diff != "" {
			t.Error(diff)
		}
	})
}
