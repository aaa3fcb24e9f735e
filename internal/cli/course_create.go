package cli

import (
	"net/http"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/web"
)

func (e *env) courseCreateCommand() *cobra.Command {
	var body web.NewCourse
	var change courseChange
	var detach bool
	c := &cobra.Command{
		Use:   "create NAME GITURL",
		Short: "Create a course from a git repository and publish it",
		Long: "Create a course from a git repository and publish it. If that fails, nothing of the course stays.\n\n" +
			"A repository that cannot be read by everybody is read with a deploy key: the command says which, where it is needed.",
		Example: "  nbhosting course create python3 https://github.com/flotpython/course.git\n" +
			"  nbhosting course create python3 git@github.com:flotpython/course.git --image nbhosting/scipy-notebook --autopull",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if body.GitURL, err = absoluteIfLocal(args[1]); err != nil {
				return err
			}
			body.Name = args[0]
			return e.createCourse(cmd, body, change, detach)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	c.Flags().StringVarP(&body.Image, "image", "i", "", "`image` that the course runs in (default: the name of the course)")
	c.Flags().StringVar(&body.Branch, "branch", "", "`branch` to publish (default: the repository's own)")
	change.onOff(c, "autopull", &change.Autopull, "pull it again and again, without anybody asking")
	change.onOff(c, "autobuild", &change.Autobuild, "run its builds after each pull that publishes something")
	detachFlag(c, &detach)
	return c
}

// createCourse creates a course, then sets what is set of courses that are there.
func (e *env) createCourse(cmd *cobra.Command, body web.NewCourse, change courseChange, detach bool) error {
	if detach && !change.isEmpty() {
		return misusef("--autopull and --autobuild are set when the course is there: leave out --detach, or use “course set” then")
	}
	if err := e.runOne(cmd.Context(), task{method: http.MethodPost, path: "/api/courses", body: body}, detach); err != nil {
		return err
	}
	if change.isEmpty() {
		return nil
	}
	return e.with(cmd.Context(), func(c *client) error {
		return c.call(cmd.Context(), http.MethodPatch, coursePath(nbhosting.CourseName(body.Name)), change, &struct{}{})
	})
}

// absoluteIfLocal makes a path absolute: the program that serves the site has
// another working directory.
func absoluteIfLocal(giturl string) (string, error) {
	if strings.HasPrefix(giturl, "./") || strings.HasPrefix(giturl, "../") || giturl == "." || giturl == ".." {
		return filepath.Abs(giturl)
	}
	return giturl, nil
}
