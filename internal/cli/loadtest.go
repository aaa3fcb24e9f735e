package cli

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/loadtest"
)

// loadtestOptions are the flags of a load test. Those of the scenario count if they are given.
type loadtestOptions struct {
	plan     loadtest.Plan
	given    loadtest.Scenario
	scenario string
	example  bool
}

func (e *env) loadtestCommand() *cobra.Command {
	var o loadtestOptions
	c := &cobra.Command{
		Use:   "loadtest URL COURSE NOTEBOOK…",
		Short: "Play a class at your own site, and tell how long it waits",
		Long: "Play a class at a site: students who open notebooks as browsers do, run cells, save and come back. It tells how long they\n" +
			"waited for what, what went wrong, and what the machine would hold if the site is on this one. The site has to admit this\n" +
			"machine (access.allowed_addresses), or name an admitted page by --referer. Use it on your own site: the students and their\n" +
			"servers are real, and stay until they are stopped.\n\n" +
			fmt.Sprintf("It ends by itself, after %v at most, or with Ctrl-C; it reports what it saw in any case. %d students is the most.", loadtest.MaxDuration, loadtest.MaxStudents),
		Example: "  nbhosting loadtest http://127.0.0.1:8080 python3 w1/w1-s1-c1 w1/w1-s2-c1 --students 30 --over 30s\n" +
			"  nbhosting loadtest --example >class.yaml\n" +
			"  nbhosting loadtest https://nb.example.org python3 w1/w1-s1-c1 --scenario class.yaml --referer https://lms.example.org/ --json",
		Args: func(_ *cobra.Command, args []string) error {
			if !o.example && len(args) < 3 {
				return misusef("name the address of the site, a course and at least one of its notebooks")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.example {
				_, err := fmt.Fprint(e.Stdout, loadtest.Example())
				return err
			}
			if err := o.complete(cmd.Flags(), args); err != nil {
				return err
			}
			return e.loadtest(cmd.Context(), o.plan)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	o.addFlags(c)
	return c
}

func (o *loadtestOptions) addFlags(c *cobra.Command) {
	d, flags := loadtest.Default(), c.Flags()
	flags.IntVar(&o.given.Students, "students", d.Students, "how `many` students come")
	flags.DurationVar(&o.given.Over, "over", d.Over, "`time` in which they come")
	flags.DurationVar(&o.given.Think, "think", d.Think, "`time` between two actions of a student, on average")
	flags.DurationVar(&o.given.Duration, "duration", d.Duration, "`time` after which all stop")
	flags.StringVar(&o.plan.Prefix, "prefix", "loadtest", "`beginning` of the students' names")
	flags.StringVar(&o.plan.Referer, "referer", "", "`address` of the page that the students come from")
	flags.StringVar(&o.scenario, "scenario", "", "`file` that says what students do, in YAML")
	flags.BoolVar(&o.example, "example", false, "print a scenario: the one that is played if none is given")
	_ = c.MarkFlagFilename("scenario", "yaml", "yml") // the flag is there
}

// complete makes the plan: the scenario's, with what flags say.
func (o *loadtestOptions) complete(flags *pflag.FlagSet, args []string) (err error) {
	o.plan.URL, o.plan.Notebooks = args[0], args[2:]
	if o.plan.Course, err = nbhosting.ParseCourseName(args[1]); err != nil {
		return err
	}
	o.plan.Scenario = loadtest.Default()
	if o.scenario != "" {
		text, err := os.ReadFile(o.scenario)
		if err != nil {
			return nbhosting.Because(err, nbhosting.Invalid, "The scenario %s cannot be read.", o.scenario)
		}
		if o.plan.Scenario, err = loadtest.Parse(text); err != nil {
			return err
		}
	}
	s := &o.plan.Scenario
	if flags.Changed("students") {
		s.Students = o.given.Students
	}
	for name, d := range map[string]struct {
		to    *time.Duration
		given time.Duration
	}{"over": {&s.Over, o.given.Over}, "think": {&s.Think, o.given.Think}, "duration": {&s.Duration, o.given.Duration}} {
		if flags.Changed(name) {
			*d.to = d.given
		}
	}
	return o.plan.Check()
}

// tellEvery is how often people are told how far it is.
const tellEvery = 10 * time.Second

func (e *env) loadtest(ctx context.Context, plan loadtest.Plan) error {
	var told time.Time
	tell := func(p loadtest.Progress) {
		if e.json || time.Since(told) < tellEvery {
			return
		}
		told = time.Now()
		fmt.Fprintf(e.Stderr, "%d came, %d have a notebook open, %d have left, %d gave up\n", p.Came, p.Inside, p.Left, p.GaveUp)
	}
	report, err := loadtest.Run(ctx, plan, tell)
	if err != nil {
		return err
	}
	if e.json {
		err = e.printJSON(report)
	} else {
		report.Print(e.Stdout)
	}
	switch failed := report.Failed(); {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case failed > 0:
		return nbhosting.Errorf(nbhosting.Unavailable, "%s went wrong.", counted(failed, "thing", "things"))
	}
	return nil
}
