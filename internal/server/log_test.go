package server_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
	"github.com/nbhosting/nbhosting/internal/server"
)

// changes are the lines of the log that tell a change of state, without what differs in each run.
func (b *bench) changes() (all []string) {
	word := regexp.MustCompile(` (id|age)=\S+`)
	for line := range strings.Lines(b.logged()) {
		if _, change, ok := strings.Cut(strings.TrimSpace(line), " msg=server "); ok {
			all = append(all, word.ReplaceAllString(change, ""))
		}
	}
	return all
}

// TestEveryChangeOfStateIsLogged follows servers from their start to their end, also over a restart of the program.
func TestEveryChangeOfStateIsLogged(t *testing.T) {
	b := newBench(t, func(b *bench, spec runtime.Spec) fake.Program {
		if strings.HasSuffix(spec.Name, "bob") {
			return fake.Exit(3, "it cannot")
		}
		return jupyter(b, spec)
	})
	m := b.manager(nil)
	b.ensure(m, "alice")
	if _, _, err := m.Ensure(t.Context(), b.wanted("bob"), nil); err == nil {
		t.Fatal("bob's server started")
	}
	again := b.manager(nil)
	if err := again.End(t.Context(), again.Servers()[0], server.Idle); err != nil {
		t.Fatal(err)
	}
	line := func(change string, student nbhosting.Student) string {
		state, rest, _ := strings.Cut(change, " ")
		return strings.TrimSpace(fmt.Sprintf("state=%s course=tour student=%s %s", state, student, rest))
	}
	want := []string{
		line("starting", "alice"), line("ready from=starting", "alice"),
		line("starting", "bob"), line("failed from=starting why=no-start", "bob"),
		line("ready from=ready why=adopted", "alice"),
		line("stopping from=ready why=idle", "alice"), line("stopped from=stopping why=idle", "alice"),
	}
	if diff := cmp.Diff(want, b.changes()); diff != "" {
		t.Error(diff)
	}
}
