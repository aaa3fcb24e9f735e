package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/web"
)

func (e *env) courseBuildImageCommand() *cobra.Command {
	var all, noCache, detach bool
	c := &cobra.Command{
		Use:   "build-image NAME…",
		Short: "Build the images of courses, by their Dockerfiles",
		Long: "Build the images of courses, by the Dockerfile in nbhosting/ of the repository, or in local/NAME/ of the data directory.\n" +
			"Jupyter is tried in the new image before it takes the place of the old one. Servers that run keep theirs." + courseRule,
		Example: "  nbhosting course build-image python3\n  nbhosting course build-image python3 --no-cache",
		Args:    someOrAll(&all),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.courseJobs(cmd.Context(), choice{all: all, seen: active}.of(args), detach, imageTask(noCache))
		},
		ValidArgsFunction: e.completeCourses(many),
	}
	allFlag(c, &all)
	c.Flags().BoolVar(&noCache, "no-cache", false, "build anew from the first step")
	detachFlag(c, &detach)
	return c
}

func imageTask(noCache bool) func(course.Summary) task {
	return func(c course.Summary) task {
		return task{method: http.MethodPost, path: coursePath(c.Name) + "/image", body: web.NewImage{NoCache: noCache}}
	}
}

func (e *env) courseImageDetailsCommand() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:     "image-details NAME…",
		Short:   "Show the images that courses run in, and the versions of what is in them",
		Long:    "Show the images that courses run in, and the versions of what is in them." + courseRule,
		Example: "  nbhosting course image-details python3",
		Args:    someOrAll(&all),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.showImages(cmd, choice{all: all, seen: active}.of(args))
		},
		ValidArgsFunction: e.completeCourses(many),
	}
	allFlag(c, &all)
	return c
}

func (e *env) showImages(cmd *cobra.Command, ch chooser) error {
	type courseImage struct {
		Course any             `json:"course"`
		Image  json.RawMessage `json:"image"`
	}
	found := []courseImage{}
	err := e.eachCourse(cmd.Context(), ch, func(c *client, one course.Summary) error {
		var details json.RawMessage
		if err := c.get(cmd.Context(), coursePath(one.Name)+"/image", &details); err != nil {
			return err
		}
		found = append(found, courseImage{one.Name, details})
		if e.json {
			return nil
		}
		if len(found) > 1 {
			fmt.Fprintln(e.Stdout)
		}
		return e.printImage(one.Name, details)
	})
	if e.json && (err == nil || len(found) > 0) {
		if err := e.printJSON(found); err != nil {
			return err
		}
	}
	return err
}

// imageShown is what is shown of an image.
type imageShown struct {
	Image    string            `json:"image"`
	ID       string            `json:"id"`
	Created  time.Time         `json:"created"`
	Size     int64             `json:"size"` // bytes
	Python   string            `json:"python"`
	Packages map[string]string `json:"packages"` // versions
}

func (e *env) printImage(name nbhosting.CourseName, details json.RawMessage) error {
	var d imageShown
	if err := json.Unmarshal(details, &d); err != nil {
		return err
	}
	lines := [][2]string{
		{"course", string(name)},
		{"image", d.Image},
		{"id", d.ID},
		{"built", dated(d.Created)},
		{"size", fmt.Sprintf("%.1f GB", float64(d.Size)/1e9)},
		{"python", d.Python},
	}
	for _, name := range slices.Sorted(maps.Keys(d.Packages)) {
		lines = append(lines, [2]string{name, d.Packages[name]})
	}
	return e.labelled(lines...)
}
