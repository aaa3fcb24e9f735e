package image

import (
	"context"
	_ "embed" // for the program
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Details are what people ask about an image.
type Details struct {
	Image    string            `json:"image"`
	ID       string            `json:"id"`
	Created  time.Time         `json:"created,omitzero"`
	Size     int64             `json:"size"`             // bytes, layers that it shares with other images included
	Course   string            `json:"course,omitempty"` // for which it was built here
	Python   string            `json:"python"`           // version; empty where there is no python3 in it
	Packages map[string]string `json:"packages"`         // versions of those that matter and are there
}

//go:embed details.py
var detailsProgram string

// detailsTimeout bounds the look into an image, in which anything may be.
const detailsTimeout = time.Minute

// maxDetails bounds what is taken of what is found there, in lines.
const maxDetails = 20

// Details looks into an image. Errors: [nbhosting.NotFound], Unavailable.
func (c *Courses) Details(ctx context.Context, image string) (Details, error) {
	stored, err := c.Engine.Stored(ctx, image)
	if errors.Is(err, runtime.ErrNoImage) {
		return Details{}, nbhosting.Because(err, nbhosting.NotFound, "There is no image %q on this machine. It has to be built first.", image)
	}
	if err != nil {
		return Details{}, nbhosting.Because(err, nbhosting.Unavailable, "The container engine does not answer.")
	}
	details := Details{
		Image: image, ID: stored.ID, Created: stored.Created, Size: stored.Size,
		Course: stored.Labels[labelImage], Packages: map[string]string{},
	}
	return details, c.lookInto(ctx, stored.ID, &details)
}

// lookInto asks the image's Python for versions. That it has none is an answer, too.
func (c *Courses) lookInto(ctx context.Context, id string, details *Details) error {
	ctx, cancel := context.WithTimeout(ctx, detailsTimeout)
	defer cancel()
	printed := runtime.NewTail(maxDetails)
	exit, err := c.Runner.Run(ctx, runtime.Spec{
		Name: "details", Image: id, UID: c.UID, GID: c.UID,
		Env: []string{"HOME=/tmp", "LANG=C.UTF-8"}, Command: []string{"python3", "-I", "-c", detailsProgram},
		WorkDir: "/", Limits: c.Limits, Network: runtime.NetworkNone, ReadOnlyRoot: true,
	}, printed)
	if lacksProgram(exit, err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look into image %s: %w", details.Image, err)
	}
	for line := range strings.Lines(printed.String()) {
		if exit.Code == 0 && json.Unmarshal([]byte(line), details) == nil {
			return nil
		}
	}
	return fmt.Errorf("look into image %s: exit code %d: %s", details.Image, exit.Code, printed)
}
