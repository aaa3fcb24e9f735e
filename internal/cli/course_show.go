package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting/internal/course"
)

func (e *env) courseShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Show a course, and what is wrong with what its repository says",
		Long: "Show a course: where it comes from, what is published of it, what its repository says, and what is wrong with that.\n" +
			"The notebooks are those of “course tracks”; --json has everything.",
		Example: "  nbhosting course show python3\n  nbhosting course show python3 --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := oneCourse(args)
			if err != nil {
				return err
			}
			var answer json.RawMessage
			if err := e.get(cmd.Context(), coursePath(name), &answer); err != nil {
				return err
			}
			if e.json {
				return e.printJSON(answer)
			}
			var d course.Details
			if err := json.Unmarshal(answer, &d); err != nil {
				return err
			}
			return e.printCourse(d)
		},
		ValidArgsFunction: e.completeCourses(1),
	}
}

func (e *env) printCourse(d course.Details) error {
	state := stateOf(course.Summary{Archived: d.Archived, Autopull: d.Autopull, Autobuild: d.Autobuild})
	if d.Webhook {
		state = joined(state, "webhook")
	}
	lines := [][2]string{
		{"name", string(d.Name)},
		{"repository", d.GitURL},
		{"branch", orDash(d.Branch)},
		{"network", orDash(d.Network)},
		{"image", d.Image},
		{"state", state},
	}
	if d.Revision == nil {
		lines = append(lines, [2]string{"published", "nothing yet"})
	} else {
		lines = append(
			lines, [2]string{"commit", d.Revision.Commit}, [2]string{"committed", dated(d.Revision.Date)},
			[2]string{"published", dated(d.Revision.PublishedAt)},
		)
	}
	if d.Refused != nil {
		lines = append(lines, [2]string{"refused", d.Refused.Commit + ", pulled " + dated(d.Refused.RefusedAt) + ": see its errors below"})
	}
	lines = append(lines, [2]string{"notebooks", fmt.Sprint(len(d.Notebooks))})
	if err := e.labelled(lines...); err != nil {
		return err
	}
	e.printContents(d)
	e.printFindings(d)
	return nil
}

func joined(list, word string) string {
	if list == "" {
		return word
	}
	return list + "," + word
}

// printContents prints what the repository says.
func (e *env) printContents(d course.Details) {
	if len(d.Tracks) > 0 {
		fmt.Fprint(e.Stdout, "\nTracks\n")
	}
	for _, track := range d.Tracks {
		notebooks := 0
		for _, s := range track.Sections {
			notebooks += len(s.Notebooks)
		}
		fmt.Fprintf(e.Stdout, "  %s: %s\n", oneLine(track.ID), oneLine(track.Name))
		fmt.Fprintf(e.Stdout, "    %s, %s\n", counted(len(track.Sections), "section", "sections"), counted(notebooks, "notebook", "notebooks"))
	}
	if len(d.StaticMappings) > 0 {
		fmt.Fprint(e.Stdout, "\nStatic data\n")
	}
	for _, m := range d.StaticMappings {
		fmt.Fprintf(e.Stdout, "  %s -> %s\n", oneLine(m.Source), oneLine(m.Destination))
	}
	if len(d.Builds) > 0 {
		fmt.Fprint(e.Stdout, "\nBuilds\n")
	}
	for _, b := range d.Builds {
		fmt.Fprintf(e.Stdout, "  %s: %s\n", b.ID, oneLine(b.Name))
		paragraph(e.Stdout, "    ", b.Description)
	}
}

// printFindings prints what the author should know.
func (e *env) printFindings(d course.Details) {
	if len(d.Findings) == 0 {
		return
	}
	fmt.Fprint(e.Stdout, "\nFindings\n")
	for _, f := range d.Findings {
		fmt.Fprintf(e.Stdout, "  %s: %s\n", f.Severity, f.Where())
		paragraph(e.Stdout, "    ", f.Message)
	}
}
