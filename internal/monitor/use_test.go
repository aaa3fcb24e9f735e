package monitor_test

import (
	"maps"
	"math"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/jupyter"
)

func TestUseIsThatOfAllServers(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		a, b := r.add("ada"), r.add("bob")
		m := r.run()
		r.change(func() {
			a.work(1)
			b.work(0.5)
			a.kernels = []jupyter.Kernel{{State: "busy"}, {State: "idle"}}
			b.kernels = []jupyter.Kernel{{State: "busy"}, {State: "x\nwhatever a student's server says"}}
		})
		time.Sleep(3*rules.Period + time.Second)
		u := m.Use()
		want := map[string]int{"busy": 2, "idle": 1, "starting": 0, "other": 1}
		if !maps.Equal(u.Kernels, want) || math.Abs(u.Cores-1.5) > 0.01 {
			t.Errorf("%+v", u)
		}
	})
}
