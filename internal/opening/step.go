package opening

import "github.com/nbhosting/nbhosting/internal/server"

// Step is what an opening is at.
type Step int

const (
	StepCourse    Step = iota // which file is that notebook?
	StepWorkspace             // the student's copy
	StepServer                // one running server: from here on it may take a while
	StepRuntime               // its container or process is being made
	StepJupyter               // Jupyter comes up
	StepDone
)

// String returns the word for s in the stream of events that pages follow.
func (s Step) String() string {
	return [...]string{"course", "workspace", "server", "runtime", "jupyter", "done"}[s]
}

func stepOf(stage server.Stage) Step {
	switch stage {
	case server.StageRuntime:
		return StepRuntime
	case server.StageJupyter:
		return StepJupyter
	case server.StageNone:
	}
	return StepServer
}
