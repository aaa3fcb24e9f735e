package cli

import (
	"bytes"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting/internal/course"
)

func (e *env) manageShowTracks() *cobra.Command {
	c := &cobra.Command{
		Use:   "course-show-tracks NAME",
		Short: "Show the tracks of a course (nbhosting course tracks)",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.showTracks(cmd, choice{seen: active}.of(args), e.printTracks)
		},
		ValidArgsFunction: e.completeCourses(1),
	}
	keepCacheFlag(c)
	return c
}

func (e *env) manageTracks() *cobra.Command {
	var asYAML bool
	c := &cobra.Command{
		Use:   "course-tracks [PATTERN…]",
		Short: "Show the tracks of courses, or write them to COURSE.yaml (nbhosting course tracks)",
		RunE: func(cmd *cobra.Command, args []string) error {
			show := e.printTracks
			if asYAML {
				show = e.writeTracks
			}
			return e.showTracks(cmd, selected(args), show)
		},
		ValidArgsFunction: e.completeCourses(many),
	}
	keepCacheFlag(c)
	c.Flags().BoolVarP(&asYAML, "yaml", "y", false, "write them to COURSE.yaml here, as an nbhosting.yaml would say them")
	return c
}

// keepCacheFlag takes a flag that has nothing left to say: tracks are evaluated
// when a revision is published, and never again.
func keepCacheFlag(cmd *cobra.Command) {
	cmd.Flags().BoolP("keep-cache", "p", false, "means nothing any more")
}

// writeTracks writes the tracks of a course to a file in the working directory.
func (e *env) writeTracks(d course.Details, _ bool) error {
	var text bytes.Buffer
	if err := writeYAML(&text, d); err != nil {
		return err
	}
	file := string(d.Name) + ".yaml"
	if err := os.WriteFile(file, text.Bytes(), 0o644); err != nil {
		return err
	}
	_, err := fmt.Fprintln(e.Stdout, "wrote", file)
	return err
}
