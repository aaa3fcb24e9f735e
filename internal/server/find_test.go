package server_test

import (
	"testing"

	"github.com/nbhosting/nbhosting"
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
