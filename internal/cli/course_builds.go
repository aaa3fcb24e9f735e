package cli

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

// buildShown is a build of a course and the book that is shown of it.
type buildShown struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Commit      string    `json:"commit"`
	BuiltAt     time.Time `json:"built_at"`
	URL         string    `json:"url"`
	ExternalURL string    `json:"external_url"`
}

func (e *env) courseBuildsCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "builds COURSE",
		Short:   "List the books of a course: when they were rendered, and where they are",
		Example: "  nbhosting course builds python3",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := oneCourse(args)
			if err != nil {
				return err
			}
			var answer json.RawMessage
			if err := e.get(cmd.Context(), coursePath(name)+"/builds", &answer); err != nil {
				return err
			}
			if e.json {
				return e.printJSON(answer)
			}
			var builds []buildShown
			if err := json.Unmarshal(answer, &builds); err != nil {
				return err
			}
			return e.printBuilds(builds)
		},
		ValidArgsFunction: e.completeCourses(1),
	}
}

func (e *env) printBuilds(builds []buildShown) error {
	t := e.table()
	fmt.Fprintln(t, "ID\tNAME\tCOMMIT\tBUILT\tADDRESS")
	for _, b := range builds {
		address := b.URL
		if address == "" {
			address = b.ExternalURL
		}
		fmt.Fprintf(t, "%s\t%s\t%.10s\t%s\t%s\n", b.ID, b.Name, orDash(b.Commit), dated(b.BuiltAt), orDash(address))
	}
	return t.Flush()
}
