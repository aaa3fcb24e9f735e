package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/web"
)

func (e *env) courseCommand() *cobra.Command {
	return group("course", "Create, pull and show courses",
		e.courseCreateCommand(), e.coursePullCommand(), e.courseListCommand(), e.courseShowCommand())
}

func (e *env) courseCreateCommand() *cobra.Command {
	var image string
	c := &cobra.Command{
		Use:   "create NAME GITURL",
		Short: "Create a course from a git repository and publish it",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			giturl, err := absoluteIfLocal(args[1])
			if err != nil {
				return err
			}
			body := web.NewCourse{Name: args[0], GitURL: giturl, Image: image}
			return e.runJob(cmd, http.MethodPost, "/api/courses", body)
		},
	}
	c.Flags().StringVarP(&image, "image", "i", "", "`image` that the course runs in (default: the name of the course)")
	return c
}

// absoluteIfLocal makes a path absolute: the program that serves the site has
// another working directory.
func absoluteIfLocal(giturl string) (string, error) {
	if strings.HasPrefix(giturl, "./") || strings.HasPrefix(giturl, "../") || giturl == "." || giturl == ".." {
		return filepath.Abs(giturl)
	}
	return giturl, nil
}

func (e *env) coursePullCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "pull NAME",
		Short: "Publish what is now in the course's repository",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := nbhosting.ParseCourseName(args[0])
			if err != nil {
				return err
			}
			return e.runJob(cmd, http.MethodPost, coursePath(name)+"/pull", nil)
		},
	}
}

func coursePath(name nbhosting.CourseName) string {
	return "/api/courses/" + url.PathEscape(string(name))
}

func (e *env) courseListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the courses",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var lines []course.Summary
			if err := e.get(cmd, "/api/courses", &lines); err != nil || asJSON {
				return e.asJSON(lines, err)
			}
			t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "NAME\tIMAGE\tPUBLISHED\tREPOSITORY")
			for _, l := range lines {
				fmt.Fprintf(t, "%s\t%s\t%.10s\t%s\n", l.Name, l.Image, orDash(l.Commit), l.GitURL)
			}
			return t.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (e *env) courseShowCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "show NAME",
		Short: "Show a course",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := nbhosting.ParseCourseName(args[0])
			if err != nil {
				return err
			}
			var d course.Details
			if err := e.get(cmd, coursePath(name), &d); err != nil || asJSON {
				return e.asJSON(d, err)
			}
			t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintf(t, "name\t%s\nrepository\t%s\nbranch\t%s\nimage\t%s\n", d.Name, d.GitURL, orDash(d.Branch), d.Image)
			if d.Revision == nil {
				fmt.Fprintln(t, "published\tnothing yet")
			} else {
				fmt.Fprintf(t, "published\t%s\n", d.Revision.Commit)
				fmt.Fprintf(t, "committed\t%s\n", d.Revision.Date.Local().Format("2006-01-02 15:04:05"))
			}
			for _, m := range d.StaticMappings {
				fmt.Fprintf(t, "static\t%s -> %s\n", m.Source, m.Destination)
			}
			for _, track := range d.Tracks {
				fmt.Fprintf(t, "track\t%s: %s\n", track.ID, track.Name)
			}
			fmt.Fprintf(t, "notebooks\t%d\n", len(d.Notebooks))
			for _, f := range d.Findings {
				fmt.Fprintf(t, "%s\t%s\n", f.Severity, f.Where())
				fmt.Fprintf(t, "\t%s\n", f.Message)
			}
			return t.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// get asks the API and reads its answer into result.
func (e *env) get(cmd *cobra.Command, path string, result any) error {
	c, err := e.client(cmd.Context())
	if err != nil {
		return err
	}
	defer c.close()
	return c.call(cmd.Context(), http.MethodGet, path, nil, result)
}

func (e *env) asJSON(v any, err error) error {
	if err != nil {
		return err
	}
	out := json.NewEncoder(e.stdout)
	out.SetIndent("", "  ")
	return out.Encode(v)
}
