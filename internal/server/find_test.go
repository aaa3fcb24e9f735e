package server_test

import (
	"context"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/server"
)

func TestAServerIsFoundByItsWorkspace(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(nil)
	alice, bob := b.wanted("alice"), b.wanted("bob")
	started, _, err := m.Ensure(t.Context(), alice, nil)
	if err != nil {
		t.Fatal(err)
	}
	m = b.manager(nil) // as after a restart
	if got, ok := m.Find(alice.Key); !ok || got.ID != started.ID || got.State != nbhosting.Ready {
		t.Errorf("got %+v, %t", got, ok)
	}
	if got, ok := m.Find(bob.Key); ok {
		t.Errorf("bob has %+v", got)
	}
	if err := m.Stop(t.Context(), alice.Key); err != nil {
		t.Fatal(err)
	}
	if got, ok := m.Find(alice.Key); ok {
		t.Errorf("stopped: got %+v", got)
	}
}

// TestAServerThatIsBeingStoppedIsStillItsStudents: a save that it answers meanwhile
// has to be kept for somebody.
func TestAServerThatIsBeingStoppedIsStillItsStudents(t *testing.T) {
	b := newBench(t, jupyter)
	var m *server.Manager
	var drained, ended int
	m = b.manager(func(o *server.Options) {
		o.Drain = func(_ context.Context, id nbhosting.ServerID) {
			drained++
			if _, ready := m.Lookup(id); ready {
				t.Error("it is used while it is being stopped")
			}
			if key, ok := m.KeyOf(id); !ok || key.Student != "alice" {
				t.Errorf("it is %v's, %t", key, ok)
			}
		}
		o.Ended = func(why server.Reason) {
			ended++
			if why != server.Asked {
				t.Errorf("it ended because of %q", why)
			}
		}
	})
	s, _, err := m.Ensure(t.Context(), b.wanted("alice"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Stop(t.Context(), s.Key); err != nil {
		t.Fatal(err)
	}
	if _, ok := m.KeyOf(s.ID); ok || drained == 0 || ended != 1 {
		t.Errorf("found %t, drained %d times, ended %d times", ok, drained, ended)
	}
}
