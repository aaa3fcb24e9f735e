package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting/internal/course"
)

func (e *env) courseTracksCommand() *cobra.Command {
	var all, asYAML bool
	c := &cobra.Command{
		Use:   "tracks NAME…",
		Short: "Show the tracks of courses: their sections and notebooks",
		Long: "Show the tracks of courses: their sections and notebooks.\n\n" +
			"With --yaml, they are printed as an nbhosting.yaml would say them, with the static mappings: this turns tracks.py and the file\n" +
			"static-mappings into that form. Patterns of notebooks are written out, as what they match now." + courseRule,
		Example: "  nbhosting course tracks python3\n  nbhosting course tracks python3 --yaml > nbhosting.yaml",
		Args:    someOrAll(&all),
		RunE: func(cmd *cobra.Command, args []string) error {
			show := e.printTracks
			switch {
			case asYAML && e.json:
				return misusef("give --json or --yaml, not both")
			case asYAML:
				show = e.printTracksYAML
			}
			return e.showTracks(cmd, choice{all: all, seen: active}.of(args), show)
		},
		ValidArgsFunction: e.completeCourses(many),
	}
	allFlag(c, &all)
	c.Flags().BoolVarP(&asYAML, "yaml", "y", false, "print them as in an nbhosting.yaml")
	return c
}

// showTracks shows the chosen courses, all at once as JSON.
func (e *env) showTracks(cmd *cobra.Command, ch chooser, show func(d course.Details, first bool) error) error {
	type courseTracks struct {
		Course any `json:"course"`
		Tracks any `json:"tracks"`
	}
	found := []courseTracks{}
	first := true
	err := e.eachCourse(cmd.Context(), ch, func(c *client, one course.Summary) error {
		var d course.Details
		if err := c.get(cmd.Context(), coursePath(one.Name), &d); err != nil {
			return err
		}
		if e.json {
			found = append(found, courseTracks{d.Name, d.Tracks})
			return nil
		}
		err := show(d, first)
		first = false
		return err
	})
	if e.json && (err == nil || len(found) > 0) {
		if err := e.printJSON(found); err != nil {
			return err
		}
	}
	return err
}

func (e *env) printTracks(d course.Details, first bool) error {
	if !first {
		fmt.Fprintln(e.Stdout)
	}
	fmt.Fprintf(e.Stdout, "%s: %s\n", d.Name, counted(len(d.Tracks), "track", "tracks"))
	for _, track := range d.Tracks {
		fmt.Fprintf(e.Stdout, "\n  %s: %s\n", oneLine(track.ID), oneLine(track.Name))
		if track.Description != track.Name {
			paragraph(e.Stdout, "    ", track.Description)
		}
		for _, section := range track.Sections {
			fmt.Fprintf(e.Stdout, "    %s\n", oneLine(section.Name))
			for _, notebook := range section.Notebooks {
				fmt.Fprintf(e.Stdout, "      %s\n", oneLine(notebook))
			}
		}
	}
	return nil
}
