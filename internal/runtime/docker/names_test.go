package docker

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

func TestNamesAreHeldByOneEach(t *testing.T) {
	var n names
	var inside atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			unlock, err := n.lock(t.Context(), "a")
			if err != nil {
				t.Error(err)
				return
			}
			if inside.Add(1) != 1 {
				t.Error("two hold a name")
			}
			inside.Add(-1)
			unlock()
		})
	}
	all.Wait()
	if n.isHeld("a") {
		t.Error("the name is still held")
	}
}

func TestWaitingForANameCanBeGivenUp(t *testing.T) {
	var n names
	unlock, err := n.lock(t.Context(), "a")
	if err != nil || !n.isHeld("a") {
		t.Fatal(err)
	}
	defer unlock()
	other, err := n.lock(t.Context(), "b")
	if err != nil {
		t.Fatalf("another name: %v", err)
	}
	other()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := n.lock(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("lock: %v, want a cancellation", err)
	}
}
