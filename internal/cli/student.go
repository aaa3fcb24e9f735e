package cli

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/web"
)

func (e *env) studentCommand() *cobra.Command {
	return group("student", "Find students", e.studentFindCommand(), e.studentCodeCommand())
}

func (e *env) studentFindCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "find CODE",
		Short: "Tell whose a support code is",
		Long: "Tell whose a support code is. Students find theirs in the menu above each notebook: it stands for them and does not tell " +
			"who they are, so that it can be read out or written in a forum.",
		Example: "  nbhosting student find 7K3M-Q2XA",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.findStudents(cmd.Context(), "code", args[0], "No student of this site has the support code %q.")
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
}

func (e *env) studentCodeCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "code STUDENT",
		Short:   "Tell the support code of a student",
		Example: "  nbhosting student code 0123abcd",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.findStudents(cmd.Context(), "name", args[0], "There is no student %q here: nothing was ever opened under that name.")
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
}

// findStudents prints those that a key of the API's query finds; nobody is how to say that there is none.
func (e *env) findStudents(ctx context.Context, key, value, nobody string) error {
	var lines []web.StudentLine
	if err := e.get(ctx, "/api/students?"+url.Values{key: {value}}.Encode(), &lines); err != nil {
		return err
	}
	if len(lines) == 0 {
		return nbhosting.Errorf(nbhosting.NotFound, nobody, value)
	}
	if e.json {
		return e.printJSON(lines)
	}
	t := e.table()
	fmt.Fprintln(t, "STUDENT\tSUPPORT CODE\tCOURSES")
	for _, l := range lines {
		var courses []string
		for _, c := range l.Courses {
			courses = append(courses, string(c))
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", l.Student, l.SupportCode, orDash(strings.Join(courses, " ")))
	}
	return t.Flush()
}
