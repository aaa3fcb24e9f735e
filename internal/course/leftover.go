package course

import (
	"fmt"
	"io"
	"strings"

	"github.com/nbhosting/nbhosting"
)

// tellLeftovers says what a new course takes over of one of its name: an
// existing site that is taken over has it on purpose, others may wonder.
func (c *Catalog) tellLeftovers(name nbhosting.CourseName, log io.Writer) {
	found, err := c.survey(name)
	if err != nil {
		c.Logger.Warn("what there is already of a new course could not be found", "course", name, "err", err)
	}
	if len(found.students) > 0 {
		fmt.Fprintf(log, "there are workspaces of %d students named %s already: the course takes them over\n", len(found.students), name)
	}
	if len(found.dirs) > 0 {
		fmt.Fprintf(log, "there is something named %s already in %s: the course takes it over\n", name, strings.Join(found.dirs, ", "))
	}
}
