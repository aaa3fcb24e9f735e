package cli

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
)

// courseRule tells which courses are meant on the command line of [course] commands.
const courseRule = `

A course is named exactly, or by a pattern: “*” stands for any characters, “?” for one (quote it, or the shell
takes it). Patterns pass over archived courses.`

// chooser returns those of the known courses that a command line means, sorted by
// name; that it means none is an error.
type chooser func(known []course.Summary) ([]course.Summary, error)

// choice is the rule of our own commands.
type choice struct {
	all  bool // everything that patterns see
	seen func(course.Summary) bool
}

func active(c course.Summary) bool { return !c.Archived }

// of chooses by arguments. An exact name means that course and no other, also one
// that patterns do not see.
func (ch choice) of(args []string) chooser {
	return func(known []course.Summary) ([]course.Summary, error) { return ch.courses(known, args) }
}

func (ch choice) courses(known []course.Summary, args []string) ([]course.Summary, error) {
	chosen := make([]bool, len(known))
	for i, c := range known {
		chosen[i] = ch.all && ch.seen(c)
	}
	for _, arg := range args {
		if err := ch.mark(chosen, known, arg); err != nil {
			return nil, err
		}
	}
	return marked(known, chosen)
}

// marked returns the courses that are marked, of which there must be one.
func marked(known []course.Summary, chosen []bool) ([]course.Summary, error) {
	var courses []course.Summary
	for i, c := range known {
		if chosen[i] {
			courses = append(courses, c)
		}
	}
	if len(courses) == 0 {
		return nil, nbhosting.Errorf(nbhosting.NotFound, "There is no course to do this to.")
	}
	return courses, nil
}

// mark notes which courses one argument means.
func (ch choice) mark(chosen []bool, known []course.Summary, arg string) error {
	exact := slices.IndexFunc(known, func(c course.Summary) bool { return string(c.Name) == arg })
	switch {
	case exact >= 0:
		chosen[exact] = true
		return nil
	case !isPattern(arg):
		return noCourse(known, arg)
	}
	met, unseen := false, false
	for i, c := range known {
		if !fits(arg, string(c.Name)) {
			continue
		}
		if ch.seen(c) {
			chosen[i], met = true, true
		} else {
			unseen = true
		}
	}
	switch {
	case met:
		return nil
	case unseen:
		return nbhosting.Errorf(nbhosting.NotFound, "%q fits no course but some that patterns do not mean here (see “course list --all”). Name them in full.", arg)
	}
	return nbhosting.Errorf(nbhosting.NotFound, "No course fits %q.", arg)
}

// isPattern tells whether a text that names of things are compared with is one.
func isPattern(s string) bool { return strings.ContainsAny(s, "*?") }

// fits tells whether all of name fits a pattern of “*” and “?”.
func fits(pattern, name string) bool {
	pattern = strings.NewReplacer(`\`, `\\`, `[`, `\[`).Replace(pattern)
	// Only these two match in path.Match, and no “/” gets in their way.
	ok, err := path.Match(strings.ReplaceAll(pattern, "/", "\x00"), strings.ReplaceAll(name, "/", "\x00"))
	return err == nil && ok
}

func noCourse(known []course.Summary, name string) error {
	var names []string
	for _, c := range known {
		names = append(names, string(c.Name))
	}
	if near := nearTo(name, names); len(near) > 0 {
		return nbhosting.Errorf(nbhosting.NotFound, "There is no course %q. Did you mean %s?", name, strings.Join(near, " or "))
	}
	return nbhosting.Errorf(nbhosting.NotFound, "There is no course %q.", name)
}

const maxNear = 5

// nearTo returns the names that somebody may have meant, some at most.
func nearTo(name string, names []string) []string {
	if name == "" {
		return nil
	}
	// Cobra knows how to guess what a mistyped command was to be.
	guess := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, n := range names {
		guess.AddCommand(&cobra.Command{Use: n, Run: func(*cobra.Command, []string) {}})
	}
	near := guess.SuggestionsFor(name)
	for _, n := range names {
		if strings.Contains(strings.ToLower(n), strings.ToLower(name)) && !slices.Contains(near, n) {
			near = append(near, n)
		}
	}
	return near[:min(len(near), maxNear)]
}

// choose asks for the courses and returns those that are meant.
func (c *client) choose(ctx context.Context, ch chooser) ([]course.Summary, error) {
	var known []course.Summary
	if err := c.get(ctx, "/api/courses", &known); err != nil {
		return nil, err
	}
	return ch(known)
}

// someOrAll is for commands that work on many courses: they are named, or all.
func someOrAll(all *bool) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) == 0 && !*all:
			return misusef("name the courses, by patterns if you like, or give --all")
		case len(args) > 0 && *all:
			return misusef("name courses or give --all, not both")
		}
		return nil
	}
}

func allFlag(cmd *cobra.Command, all *bool) {
	cmd.Flags().BoolVarP(all, "all", "a", false, "all courses that are not archived")
}
