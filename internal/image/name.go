package image

import (
	"strings"

	"github.com/distribution/reference"

	"github.com/nbhosting/nbhosting"
)

// OwnName returns the name of the image that is built for a course, if it has
// one: that of the course, in lower case as engines want it.
func OwnName(course nbhosting.CourseName) string { return strings.ToLower(string(course)) }

// IsOwn tells whether a course that is set to an image is the one for which this
// image is built. Any other course only uses it. Of two courses whose
// names differ by case only, both would be.
func IsOwn(course nbhosting.CourseName, image string) bool { return image == OwnName(course) }

// CheckOwn tells, in words for a teacher, why no image is built for a course that
// is set to this one. Errors: [nbhosting.Invalid].
func CheckOwn(course nbhosting.CourseName, image string) error {
	own := OwnName(course)
	named, err := reference.ParseNormalizedNamed(own)
	if err != nil || reference.FamiliarName(named) != own || !reference.IsNameOnly(named) {
		return nbhosting.Because(err, nbhosting.Invalid,
			"No image can be named after the course %s: names of images take the letters a to z, digits and single “.”, “_”, “-” between these. Set the course to another image, such as %s.", course, Minimal)
	}
	switch {
	case IsOwn(course, image):
		return nil
	case image == string(course):
		return nbhosting.Errorf(nbhosting.Invalid, "The name of an image has no capital letters. Set the image of course %s to %q; then it can be built.", course, own)
	case strings.HasPrefix(image, "nbhosting/"):
		return nbhosting.Errorf(nbhosting.Invalid, "Course %s uses the core image %s, so there is nothing to build for it. To give it an image of its own, set its image to %q.", course, image, own)
	}
	return nbhosting.Errorf(nbhosting.Invalid, "Course %s uses the image %s, which is not its own, so there is nothing to build for it. To give it one, set its image to %q.", course, image, own)
}
