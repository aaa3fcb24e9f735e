package fake

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// killed is the exit code of a program that was ended by force.
const killed = 137

// instance is one run of a program.
type instance struct {
	spec      runtime.Spec
	image     string // id
	startedAt time.Time
	term      func() // asks the program to end
	die       context.CancelFunc
	returned  chan struct{} // closed when the program has returned

	mu       sync.Mutex
	output   *runtime.Tail
	ended    bool
	exitCode int
}

// run starts a program.
func run(spec runtime.Spec, program Program) *instance {
	term := make(chan struct{})
	kill, die := context.WithCancel(context.Background())
	i := &instance{
		spec:      spec,
		startedAt: time.Now().Round(0),
		term:      sync.OnceFunc(func() { close(term) }),
		die:       die,
		returned:  make(chan struct{}),
		output:    runtime.NewTail(maxLines),
	}
	go func() {
		defer close(i.returned)
		i.end(program(Process{Spec: spec, Output: i, Term: term, Kill: kill}))
	}()
	return i
}

// maxLines is more than there can be.
const maxLines = runtime.MaxOutput

// Write keeps what the program prints.
func (i *instance) Write(p []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.output.Write(p)
}

// end notes how the instance ended; the first to say counts.
func (i *instance) end(exitCode int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.ended {
		i.ended, i.exitCode = true, exitCode
	}
}

// kill ends the instance and waits until the program has noticed.
func (i *instance) kill() {
	i.end(killed)
	i.die()
	<-i.returned
}

func (i *instance) runs() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return !i.ended
}

// tell says how the instance is now.
func (i *instance) tell() runtime.Instance {
	i.mu.Lock()
	defer i.mu.Unlock()
	now := runtime.Instance{
		Name:      i.spec.Name,
		Labels:    i.spec.Labels,
		StartedAt: i.startedAt,
		Endpoint: runtime.Endpoint{
			Network: "unix",
			Address: filepath.Join(i.spec.Dir, runtime.SocketName),
			UID:     i.spec.UID,
		},
	}
	if i.ended {
		now.State, now.ExitCode = runtime.Ended, i.exitCode
	}
	return now
}

// print returns the last lines of what the program printed.
func (i *instance) print(lines int) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	tail := runtime.NewTail(lines)
	tail.Write([]byte(i.output.String()))
	return tail.String()
}
