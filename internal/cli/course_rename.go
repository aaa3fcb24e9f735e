package cli

import (
	"net/http"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
)

// newName is the body of a request to rename a course.
type newName struct {
	To    string `json:"to"`
	Force bool   `json:"force"`
}

func (e *env) courseRenameCommand() *cobra.Command {
	var force, detach bool
	c := &cobra.Command{
		Use:   "rename OLD NEW",
		Short: "Give a course another name, with all that belongs to it",
		Long: "Give a course another name, with all that belongs to it: students' work, statistics, image, builds.\n" +
			"Links that open its notebooks have to be changed where they are. It is refused while servers of the course run, unless forced.",
		Example: "  nbhosting course rename python3 python3-2025",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := oneCourse(args)
			if err != nil {
				return err
			}
			if _, err := nbhosting.ParseCourseName(args[1]); err != nil {
				return err
			}
			return e.runOne(cmd.Context(), task{
				method: http.MethodPost, path: coursePath(name) + "/rename", body: newName{args[1], force},
			}, detach)
		},
		ValidArgsFunction: e.completeCourses(1),
	}
	c.Flags().BoolVarP(&force, "force", "f", false, "stop the servers of the course first, politely")
	detachFlag(c, &detach)
	return c
}
