package nbhosting

import "time"

// JobID names a job; it is unique in the site, and later jobs sort after earlier ones.
type JobID string

// JobKind is what a job does.
type JobKind string

// Kinds of jobs.
const (
	JobCreate     JobKind = "create"      // a course
	JobPull       JobKind = "pull"        // a course
	JobImage      JobKind = "build-image" // the image of a course
	JobCoreImages JobKind = "build-core-images"
	JobBuild      JobKind = "run-build" // one build of a course
	JobRename     JobKind = "rename"    // a course; of the whole site
	JobDelete     JobKind = "delete"    // a course; of the whole site
)

// JobState is how far a job is.
type JobState string

// States of jobs. A job ends in one of the last four, for good.
const (
	JobQueued      JobState = "queued"
	JobRunning     JobState = "running"
	JobSucceeded   JobState = "succeeded"
	JobFailed      JobState = "failed"
	JobCancelled   JobState = "cancelled"
	JobInterrupted JobState = "interrupted" // the program ended while the job ran or waited
)

// Job is a long piece of work with a log that can be followed.
type Job struct {
	ID        JobID      `json:"id"`
	Kind      JobKind    `json:"kind"`
	Course    CourseName `json:"course,omitempty"`  // empty: of the whole site
	Subject   string     `json:"subject,omitempty"` // what of the course, such as the id of a build
	State     JobState   `json:"state"`
	ErrorKind string     `json:"error_kind,omitempty"` // word of a Kind, where it failed
	Error     string     `json:"error,omitempty"`      // for who asked for it
	CreatedAt time.Time  `json:"created_at"`
	StartedAt time.Time  `json:"started_at,omitzero"`
	EndedAt   time.Time  `json:"ended_at,omitzero"`
}

// Ended tells whether nothing will change any more.
func (j Job) Ended() bool { return j.State != JobQueued && j.State != JobRunning }

// Err returns what the job failed with, as who asked for it is told.
func (j Job) Err() error {
	switch j.State {
	case JobFailed:
		return Errorf(KindNamed(j.ErrorKind), "%s", j.Error)
	case JobCancelled:
		return Errorf(Conflict, "The job was cancelled.")
	case JobInterrupted:
		return Errorf(Unavailable, "The job was interrupted: nbhosting stopped while it ran. What it had not finished was undone; start it again.")
	case JobQueued, JobRunning, JobSucceeded:
	}
	return nil
}
