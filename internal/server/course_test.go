package server_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
	"github.com/nbhosting/nbhosting/internal/server"
)

func TestTheServersOfACourse(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(nil)
	for _, student := range []nbhosting.Student{"alice", "carol"} {
		for _, course := range []nbhosting.CourseName{"tour", "tour-2"} {
			want := b.wanted(student)
			want.Key.Course = course
			if _, _, err := m.Ensure(t.Context(), want, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := m.Stop(t.Context(), nbhosting.Key{Course: "tour", Student: "alice"}); err != nil {
		t.Fatal(err)
	}
	for course, want := range map[nbhosting.CourseName][]nbhosting.Student{"tour": {"carol"}, "tour-2": {"alice", "carol"}, "t": nil} {
		got, err := m.Running(course)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", course, err, diff)
		}
	}
}

func TestServersThatAreNotKnownDoNotCountAsNone(t *testing.T) {
	m := server.New(server.Options{Runtime: fake.NewEngine(nil).Driver("site")})
	_, err := m.Running("tour")
	wantKind(t, err, nbhosting.Unavailable)
}
