package server

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestNoStartBeginsWhileTheyAreHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Options{})
		end, err := m.hold.begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held := make(chan error, 1)
		go func() { held <- m.Hold(t.Context()) }()
		synctest.Wait()
		begun := make(chan error, 1)
		go func() {
			end, err := m.hold.begin(t.Context())
			if err == nil {
				end()
			}
			begun <- err
		}()
		synctest.Wait()
		if len(held) != 0 || len(begun) != 0 {
			t.Fatal("one goes on, and they are held, or another has begun")
		}
		end()
		if err := <-held; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if len(begun) != 0 {
			t.Fatal("one has begun though they are held")
		}
		m.Release()
		if err := <-begun; err != nil {
			t.Error(err)
		}
	})
}

func TestStartsBeginAgainWhereNotAllEndInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Options{})
		if _, err := m.hold.begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := m.Hold(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		end, err := m.hold.begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		end()
		m.Close()
		if _, err := m.hold.begin(t.Context()); !errors.Is(err, errClosed) {
			t.Errorf("once it is closed: %v", err)
		}
	})
}
