package app

import (
	"runtime"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/config"
)

func TestStartsAreBoundedByTheProcessors(t *testing.T) {
	if got, want := parallel(config.Servers{}), max(2, runtime.NumCPU()); got != want {
		t.Errorf("got %d starts at a time, want %d", got, want)
	}
	if got := parallel(config.Servers{ParallelStarts: 7}); got != 7 {
		t.Errorf("got %d, though 7 are configured", got)
	}
}

func TestTheMonitorGoesByTheConfiguration(t *testing.T) {
	m := config.Monitor{
		Period: 1 * time.Second, Idle: 2 * time.Second, Lingering: 3 * time.Second, Grace: 4 * time.Second, Busy: 5 * time.Second,
		KeepGoing: 6 * time.Second, Spare: 7 * time.Second, Counts: 8 * time.Second,
	}
	r := rules(m)
	got := config.Monitor{
		Period: r.Period, Idle: r.Idle, Lingering: r.Lingering, Grace: r.Grace, Busy: r.Busy,
		KeepGoing: r.KeepGoing, Spare: r.Spare, Counts: r.Counts,
	}
	if got != m {
		t.Errorf("got %+v, want %+v", got, m)
	}
}
