package nbhosting

// ChangeAction is what is done to a course as a whole.
type ChangeAction string

// Changes of a course as a whole.
const (
	ChangeRename ChangeAction = "rename"
	ChangeDelete ChangeAction = "delete"
)

// CourseChange is a change of a course as a whole that is under way: who is
// killed in the middle of it finds here what is to be finished.
type CourseChange struct {
	Course CourseName // under its name before the change
	Action ChangeAction
	To     CourseName // of a rename: the new name
	Trash  string     // of a delete: the directory below trash that takes the students' work; empty: it is removed
}
