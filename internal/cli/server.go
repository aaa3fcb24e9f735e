package cli

import (
	"fmt"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/web"
)

func (e *env) serverCommand() *cobra.Command {
	return group("server", "See and stop the students' servers", e.serverListCommand(), e.serverStopCommand())
}

func (e *env) serverListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the servers that run",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var lines []web.ServerLine
			if err := e.get(cmd, "/api/servers", &lines); err != nil || asJSON {
				return e.asJSON(lines, err)
			}
			t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "COURSE\tSTUDENT\tSTATE\tAGE\tIMAGE")
			for _, l := range lines {
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", l.Course, l.Student, l.State, time.Since(l.StartedAt).Round(time.Second), l.Image)
			}
			return t.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (e *env) serverStopCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "stop COURSE STUDENT",
		Short: "Stop a student's server, politely",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := nbhosting.ParseCourseName(args[0])
			if err != nil {
				return err
			}
			student, err := nbhosting.ParseStudent(args[1])
			if err != nil {
				return err
			}
			c, err := e.client(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			path := "/api/servers/" + url.PathEscape(string(name)) + "/" + url.PathEscape(string(student))
			return c.call(cmd.Context(), http.MethodDelete, path, nil, &struct{}{})
		},
	}
}
