package process

import (
	"os"
	"path/filepath"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// record is what is kept of one instance.
type record struct {
	Name      string            `json:"name"`
	Labels    map[string]string `json:"labels,omitempty"`
	Dir       string            `json:"dir"`
	UID       int               `json:"uid"`
	StartedAt time.Time         `json:"started_at"`
	Main      identity          `json:"main"`
	Mark      string            `json:"mark"`                // value of NBHOSTING_INSTANCE
	ExitCode  *int              `json:"exit_code,omitempty"` // once it has ended before our eyes
}

// instance says how the instance is now.
func (r record) instance() runtime.Instance {
	i := runtime.Instance{
		Name:      r.Name,
		Labels:    r.Labels,
		StartedAt: r.StartedAt,
		Endpoint:  runtime.Endpoint{Network: "unix", Address: filepath.Join(r.Dir, runtime.SocketName), UID: r.UID},
	}
	if !r.runs() {
		i.State = runtime.Ended
		i.ExitCode = -1
		if r.ExitCode != nil {
			i.ExitCode = *r.ExitCode
		}
	}
	return i
}

// runs tells whether the main process is there. A child of ours that has ended
// counts until it is reaped, so that its exit code is known when it has ended.
func (r record) runs() bool {
	if r.ExitCode != nil {
		return false
	}
	now, err := readStat(r.Main.PID)
	if err != nil || now.identity() != r.Main {
		return false
	}
	return !now.zombie() || now.parent == os.Getpid()
}
