package loadtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestQuantilesAreOfTheNearestRank(t *testing.T) {
	tally := newTally()
	for i := range 100 {
		tally.add(ofCell, time.Duration(100-i)*time.Millisecond)
	}
	all, _ := tally.figures()
	if len(all) != 1 || all[0] != (Series{Name: ofCell, Count: 100, P50: 50, P95: 95, P99: 99, Max: 100}) {
		t.Errorf("got %+v", all)
	}
	one := &series{}
	one.add(7 * time.Millisecond)
	if got := one.figures("x"); got.P50 != 7 || got.P99 != 7 {
		t.Errorf("of one: %+v", got)
	}
}

func TestSeriesAreBounded(t *testing.T) {
	s := &series{}
	for i := range maxSamples + 1000 {
		s.add(time.Duration(i) * time.Microsecond)
	}
	if len(s.some) != maxSamples || s.count != maxSamples+1000 || s.max != (maxSamples+999)*time.Microsecond {
		t.Errorf("%d samples of %d, most %v", len(s.some), s.count, s.max)
	}
}

func TestFailuresAreCountedByKind(t *testing.T) {
	tally := newTally()
	for i := range maxKinds + 5 {
		tally.fail(t.Context(), "save", problemf(fmt.Sprint("kind ", i), "example"))
	}
	tally.fail(t.Context(), "save", problemf("kind 0", "another example"))
	tally.fail(t.Context(), "cell", context.DeadlineExceeded)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	tally.fail(over, "save", errors.New("the test was over"))
	_, failures := tally.figures()
	counts, sum := map[string]int{}, 0
	for _, f := range failures {
		counts[f.Kind] = f.Count
		sum += f.Count
	}
	if counts["save: kind 0"] != 2 || counts["others"] != 6 || sum != maxKinds+7 || len(failures) != maxKinds+1 {
		t.Errorf("%d failures of %d kinds: %v", sum, len(failures), counts)
	}
}

// TestServersStayWhenStudentsLeave: what they take is shared by all who have come, not by who is there.
func TestServersStayWhenStudentsLeave(t *testing.T) {
	m := &machine{least: 1 << 62, result: Machine{Known: true}}
	m.look(t.Context(), 100, 1)
	if m.result.Students != 100 || m.inside != 1 {
		t.Errorf("got %d students with a server, %d at work", m.result.Students, m.inside)
	}
}

func TestRoomIsOnlyToldIfMemoryGrew(t *testing.T) {
	if got := holds(10<<30, 3<<30, 30); got != 100 {
		t.Errorf("got %d", got)
	}
	if got := holds(10<<30, 1<<20, 30); got != 0 {
		t.Errorf("memory did not grow: got %d", got)
	}
	if got := holds(-1, 3<<30, 30); got != 0 {
		t.Errorf("no room: got %d", got)
	}
}
