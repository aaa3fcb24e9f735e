package cli

import (
	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/image"
)

func (e *env) manageImageCommands() []*cobra.Command {
	return []*cobra.Command{e.manageCoreImages(), e.manageBuildImage(), e.manageImageDetails()}
}

func (e *env) manageCoreImages() *cobra.Command {
	var options image.Options
	var dryRun bool
	var tag string
	c := &cobra.Command{
		Use:     "build-core-images [NAME…]",
		Aliases: []string{"build-images"},
		Short:   "Build the images that courses start from (nbhosting build-core-images)",
		RunE: func(cmd *cobra.Command, args []string) error {
			if tag != "latest" {
				return nbhosting.Errorf(nbhosting.Invalid, "Core images have the one tag “latest” here: leave out -t.")
			}
			if options.Names = args; !dryRun {
				return e.runOne(cmd.Context(), coreTask(options), false)
			}
			if len(args) == 0 {
				args = []string{image.Minimal, image.Scipy}
			}
			var would []string
			for _, name := range args {
				would = append(would, "build "+name)
			}
			return e.foretold(would)
		},
		ValidArgsFunction: fixed("minimal-notebook", "scipy-notebook"),
	}
	dryRunFlag(c, &dryRun)
	c.Flags().BoolVarP(&options.NoCache, "force", "f", false, "build anew what is up to date")
	c.Flags().StringVarP(&tag, "tag", "t", "latest", "only “latest”")
	return c
}

func (e *env) manageBuildImage() *cobra.Command {
	var all, dryRun, force bool
	c := &cobra.Command{
		Use:   "course-build-image [PATTERN…]",
		Short: "Build the images of courses (nbhosting course build-image)",
		Long:  "Build the images of courses: of all without a pattern. A course that is named in full is meant alone.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if all && len(args) > 0 {
				return misusef("name courses or give --all, not both")
			}
			if dryRun {
				return e.foretellImages(cmd, namedOrSelected(args))
			}
			return e.courseJobs(cmd.Context(), namedOrSelected(args), false, imageTask(force))
		},
		ValidArgsFunction: e.completeCourses(many),
	}
	allFlag(c, &all)
	dryRunFlag(c, &dryRun)
	c.Flags().BoolVarP(&force, "force", "f", false, "build anew from the first step")
	return c
}

func (e *env) foretellImages(cmd *cobra.Command, choose chooser) error {
	var would []string
	err := e.eachCourse(cmd.Context(), choose, func(_ *client, one course.Summary) error {
		would = append(would, "build the image of "+string(one.Name))
		return nil
	})
	if err != nil {
		return err
	}
	return e.foretold(would)
}

func (e *env) manageImageDetails() *cobra.Command {
	return &cobra.Command{
		Use:               "course-image-details [PATTERN…]",
		Short:             "Show the images of courses, and versions of what is in them (nbhosting course image-details)",
		RunE:              func(cmd *cobra.Command, args []string) error { return e.showImages(cmd, selected(args)) },
		ValidArgsFunction: e.completeCourses(many),
	}
}
