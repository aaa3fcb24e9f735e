package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/web"
)

func (e *env) serverCommand() *cobra.Command {
	return group("server", "See and stop the students' servers",
		e.serverListCommand(), e.serverShowCommand(), e.serverLogsCommand(), e.serverStopCommand())
}

func serverPath(course nbhosting.CourseName, student nbhosting.Student) string {
	return "/api/servers/" + url.PathEscape(string(course)) + "/" + url.PathEscape(string(student))
}

func (e *env) serverListCommand() *cobra.Command {
	var every time.Duration
	c := &cobra.Command{
		Use:   "list [COURSE…]",
		Short: "List the servers that run, with what they use",
		Long: "List the servers that run: of all courses, or of those named (“*” stands for any characters, “?” for one).\n\n" +
			"IDLE is the time since somebody, or a computation, last used the server; CPU is in cores. What is not known is “-”.",
		Example: "  nbhosting server list\n  nbhosting server list --watch\n  nbhosting server list 'python*' --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.watch(cmd.Context(), every, func(ctx context.Context) error {
				return e.listServers(ctx, func(s web.ServerLine) bool {
					return len(args) == 0 || slices.ContainsFunc(args, func(arg string) bool { return fits(arg, string(s.Course)) })
				})
			})
		},
		ValidArgsFunction: e.completeCourses(many),
	}
	watchFlag(c, &every)
	return c
}

func (e *env) listServers(ctx context.Context, meant func(web.ServerLine) bool) error {
	var lines []web.ServerLine
	if err := e.get(ctx, "/api/servers", &lines); err != nil {
		return err
	}
	lines = slices.DeleteFunc(lines, func(s web.ServerLine) bool { return !meant(s) })
	if e.json {
		return e.printJSON(lines)
	}
	t := e.table()
	printServers(t, lines, time.Now())
	return t.Flush()
}

func printServers(t *tabwriter.Writer, lines []web.ServerLine, now time.Time) {
	fmt.Fprintln(t, "COURSE\tSTUDENT\tSTATE\tAGE\tIDLE\tKERNELS\tCPU\tMEMORY\tDISK\tIMAGE")
	for _, l := range lines {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Course, oneLine(string(l.Student)), serverState(l), age(now.Sub(l.StartedAt)),
			idleOf(l, now), useOf(l), diskOf(l), imageOf(l))
	}
}

// serverState says what a server does, or what it suffers from.
func serverState(l web.ServerLine) string {
	if l.Trouble != "" {
		return l.Trouble
	}
	return l.State
}

func idleOf(l web.ServerLine, now time.Time) string {
	if l.Activity == nil {
		return "-"
	}
	return age(now.Sub(l.Activity.ActiveAt))
}

// useOf are the columns from the kernels to the memory.
func useOf(l web.ServerLine) string {
	if l.Use == nil {
		return "-\t-\t-"
	}
	kernels := fmt.Sprint(l.Use.Kernels)
	if l.Use.Busy > 0 {
		kernels += fmt.Sprintf(" (%d busy)", l.Use.Busy)
	}
	memory := size(l.Use.MemoryBytes)
	if l.Use.MemoryLimit > 0 {
		memory += "/" + size(l.Use.MemoryLimit)
	}
	return fmt.Sprintf("%s\t%.2f\t%s", kernels, l.Use.Cores, memory)
}

func diskOf(l web.ServerLine) string {
	switch {
	case l.Disk == nil:
		return "-"
	case l.Disk.Partial:
		return ">" + size(l.Disk.Bytes)
	}
	return size(l.Disk.Bytes)
}

func imageOf(l web.ServerLine) string {
	if l.Outdated {
		return l.Image + " (outdated)"
	}
	return l.Image
}

// age says a duration in its largest unit, or two.
func age(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%dd", d/(24*time.Hour))
}

// size says a number of bytes in units of 1024.
func size(n int64) string {
	switch {
	case n < 1<<20:
		return fmt.Sprintf("%dK", (n+1<<10-1)>>10)
	case n < 10<<30:
		return fmt.Sprintf("%dM", n>>20)
	}
	return fmt.Sprintf("%dG", n>>30)
}

func (e *env) serverShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "show COURSE STUDENT",
		Short:   "Show a student's server: what was done in it, what it uses, when it is stopped",
		Example: "  nbhosting server show python3 0123abcd",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := nbhosting.ParseKey(args[0], args[1])
			if err != nil {
				return err
			}
			var line web.ServerLine
			if err := e.get(cmd.Context(), serverPath(key.Course, key.Student), &line); err != nil {
				return err
			}
			if e.json {
				return e.printJSON(line)
			}
			t := e.table()
			printServer(t, line, time.Now())
			return t.Flush()
		},
		ValidArgsFunction: e.completeServers,
	}
}

func printServer(t io.Writer, l web.ServerLine, now time.Time) {
	row := func(name, format string, args ...any) {
		fmt.Fprintf(t, "%s\t"+format+"\n", append([]any{name}, args...)...)
	}
	row("course", "%s", l.Course)
	row("student", "%s", oneLine(string(l.Student)))
	row("server", "%s", l.ID)
	row("state", "%s", serverState(l))
	row("started", "%s (%s ago)", dated(l.StartedAt), age(now.Sub(l.StartedAt)))
	row("image", "%s", imageOf(l))
	row("revision", "%s", l.Revision)
	if a := l.Activity; a != nil {
		row("last used", "%s (%s ago)", dated(a.ActiveAt), age(now.Sub(a.ActiveAt)))
		if a.StopAt != nil {
			row("stops", "%s, if nothing is done (%s)", dated(*a.StopAt), a.Why)
		}
		if a.KeepUntil != nil {
			row("kept until", "%s, as its student asked", dated(*a.KeepUntil))
		}
		row("cells run", "%d", a.Executes)
		row("saves", "%d", a.Saves)
		row("websockets", "%d", a.Websockets)
	}
	if u := l.Use; u != nil {
		row("kernels", "%d, %d busy", u.Kernels, u.Busy)
		row("cpu", "%.2f cores now, %s in all", u.Cores, age(time.Duration(u.CPUSeconds*float64(time.Second))))
		row("memory", "%s of %s", size(u.MemoryBytes), limitOf(u.MemoryLimit))
		row("processes", "%d", u.PIDs)
	}
	if l.Disk != nil {
		row("disk", "%s in %d files", diskOf(l), l.Disk.Files)
	}
}

func limitOf(bytes int64) string {
	if bytes == 0 {
		return "what there is"
	}
	return size(bytes)
}
