package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting/internal/course"
)

func (e *env) courseListCommand() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "list [NAME…]",
		Short: "List the courses",
		Long: "List the courses, or those that are named. Archived courses are listed with --all, or when they are named.\n\n" +
			"The column STATE tells which are pulled automatically (autopull), built after their pulls (autobuild), or archived." + courseRule,
		Example: "  nbhosting course list\n  nbhosting course list 'python*' --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			var known []course.Summary
			if err := e.get(cmd.Context(), "/api/courses", &known); err != nil {
				return err
			}
			ch := choice{all: len(args) == 0, seen: func(c course.Summary) bool { return all || active(c) }}
			listed, err := ch.courses(known, args)
			if err != nil && len(args) > 0 {
				return err
			}
			return e.printCourses(listed) // none is a list, too
		},
		ValidArgsFunction: e.completeCourses(many),
	}
	c.Flags().BoolVarP(&all, "all", "a", false, "archived courses, too")
	return c
}

func (e *env) printCourses(list []course.Summary) error {
	if e.json {
		return e.printJSON(append([]course.Summary{}, list...))
	}
	t := e.table()
	fmt.Fprintln(t, "NAME\tIMAGE\tCOMMIT\tPUBLISHED\tSTATE\tREPOSITORY")
	for _, c := range list {
		fmt.Fprintf(t, "%s\t%s\t%.10s\t%s\t%s\t%s\n", c.Name, c.Image, orDash(c.Commit), dated(c.PublishedAt), orDash(stateOf(c)), c.GitURL)
	}
	return t.Flush()
}

// stateOf says what was set of a course.
func stateOf(c course.Summary) string {
	var words []string
	if c.Archived {
		words = append(words, "archived")
	}
	if c.Refused != "" {
		words = append(words, "refused")
	}
	if c.Autopull {
		words = append(words, "autopull")
	}
	if c.Autobuild {
		words = append(words, "autobuild")
	}
	return strings.Join(words, ",")
}
