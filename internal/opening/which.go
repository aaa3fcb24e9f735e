package opening

import "github.com/nbhosting/nbhosting"

// Which says which file of the student's workspace is the notebook of a launch:
// the one that would be opened. It makes nothing.
func (o *Opener) Which(launch nbhosting.Launch) (string, error) {
	revision, err := o.Courses.Revision(launch.Course)
	if err != nil {
		return "", err
	}
	defer revision.Close()
	return o.find(launch, revision)
}
