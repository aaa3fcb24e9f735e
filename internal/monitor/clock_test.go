package monitor_test

import (
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/server"
)

// What ran when the program was started again seems to come from the future, if the
// host's clock was set back meanwhile: it is taken for new, and neither kept for longer
// than others nor stopped at once.
func TestAClockThatWasSetBack(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		r.rules.Idle = 0
		s := r.add("ada")
		r.change(func() { s.StartedAt = s.StartedAt.Add(10 * 24 * time.Hour) })
		begun := time.Now()
		r.run()
		r.wantEnd("ada", server.Lingering, rules.Lingering+begun.Sub(s.StartedAt))
	})
}

// The clock is set while a server runs: what is told of its start changes, but not how old it is.
func TestAClockThatIsSetMeanwhile(t *testing.T) {
	for _, jump := range []time.Duration{-1000 * time.Hour, 1000 * time.Hour} {
		inRoom(t, func(t *testing.T, r *room) {
			r.rules.Idle = 0
			s := r.add("ada")
			r.run()
			time.Sleep(time.Hour)
			r.change(func() { s.StartedAt = s.StartedAt.Add(jump) })
			r.wantEnd("ada", server.Lingering, rules.Lingering-jump)
		})
	}
}
