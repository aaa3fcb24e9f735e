package server

import "time"

// Stage is what the start of a server is at, for people who wait.
type Stage int

const (
	StageNone    Stage = iota
	StageQueue         // others are started first
	StageRoom          // the machine is full
	StageRuntime       // the container or process is being made
	StageJupyter       // Jupyter is coming up in it
)

// Progress is a stage, and what can be said of its end.
type Progress struct {
	Stage Stage
	Place int           // in the queue, from 1; 0: in none
	Left  time.Duration // about how long the stage goes on; 0: unknown
}
