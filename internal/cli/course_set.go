package cli

import (
	"net/http"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting/internal/course"
)

// courseChange is the body of a request to change a course: what is nil stays as it is.
type courseChange struct {
	Image     *string `json:"image,omitempty"`
	GitURL    *string `json:"giturl,omitempty"`
	Branch    *string `json:"branch,omitempty"`
	Network   *string `json:"network,omitempty"`
	Autopull  *bool   `json:"autopull,omitempty"`
	Autobuild *bool   `json:"autobuild,omitempty"`
	Archived  *bool   `json:"archived,omitempty"`
}

func (ch *courseChange) isEmpty() bool { return *ch == courseChange{} }

// text adds a flag that sets a text; also the empty one.
func (ch *courseChange) text(cmd *cobra.Command, name, short string, to **string, usage string) {
	cmd.Flags().VarP(&given[string]{to, func(s string) (string, error) { return s, nil }}, name, short, usage)
}

// onOff adds a flag that sets something, or with =false, sets it back.
func (ch *courseChange) onOff(cmd *cobra.Command, name string, to **bool, usage string) {
	f := cmd.Flags().VarPF(&given[bool]{to, strconv.ParseBool}, name, "", usage)
	f.NoOptDefVal = "true"
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions([]string{"true", "false"}, cobra.ShellCompDirectiveNoFileComp))
}

// given is a flag that knows whether it was given.
type given[T any] struct {
	to    **T
	parse func(string) (T, error)
}

// Set implements pflag.Value.
func (g *given[T]) Set(s string) error {
	v, err := g.parse(s)
	*g.to = &v
	return err
}

// String implements pflag.Value: there is no default.
func (g *given[T]) String() string { return "" }

// Type implements pflag.Value: the word in the help for what the flag takes.
func (g *given[T]) Type() string {
	if _, ok := any(*new(T)).(bool); ok {
		return "bool"
	}
	return "string"
}

func (e *env) courseSetCommand() *cobra.Command {
	var change courseChange
	var all bool
	c := &cobra.Command{
		Use:   "set NAME…",
		Short: "Change what courses run in, come from, and do by themselves",
		Long: "Change what courses run in, come from, and do by themselves. Nothing is pulled; servers that run keep their image." +
			courseRule,
		Example: "  nbhosting course set python3 --image nbhosting/scipy-notebook\n" +
			"  nbhosting course set 'python*' --autopull\n" +
			"  nbhosting course set bio --autopull=false --branch 2026",
		Args: someOrAll(&all),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if change.isEmpty() {
				return misusef("say what to change: --image, --giturl, --branch, --network, --autopull or --autobuild")
			}
			if change.GitURL != nil {
				if len(args) != 1 || isPattern(args[0]) {
					return misusef("--giturl is for one course, named in full")
				}
				if *change.GitURL, err = absoluteIfLocal(*change.GitURL); err != nil {
					return err
				}
			}
			return e.changeCourses(cmd, choice{all: all, seen: active}.of(args), change)
		},
		ValidArgsFunction: e.completeCourses(many),
	}
	change.text(c, "image", "i", &change.Image, "`image` that the course runs in")
	change.text(c, "giturl", "", &change.GitURL, "`address` of the git repository")
	change.text(c, "branch", "", &change.Branch, "`branch` to publish; empty: the repository's own")
	change.text(c, "network", "", &change.Network, "what its servers reach: bridge (the outside) or none; empty: what the site says")
	change.onOff(c, "autopull", &change.Autopull, "pull again and again, without anybody asking")
	change.onOff(c, "autobuild", &change.Autobuild, "run the builds after each pull that publishes something")
	allFlag(c, &all)
	return c
}

// changeCourses changes the chosen courses alike, and lists what they are now.
func (e *env) changeCourses(cmd *cobra.Command, ch chooser, change courseChange) error {
	var changed []course.Summary
	err := e.eachCourse(cmd.Context(), ch, func(c *client, one course.Summary) error {
		var now course.Summary
		if err := c.call(cmd.Context(), http.MethodPatch, coursePath(one.Name), change, &now); err != nil {
			return err
		}
		changed = append(changed, now)
		return nil
	})
	if len(changed) > 0 {
		if err := e.printCourses(changed); err != nil {
			return err
		}
	}
	return err
}
