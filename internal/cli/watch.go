package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
)

// watchFlag lets a list be printed again and again.
func watchFlag(c *cobra.Command, every *time.Duration) {
	c.Flags().DurationVarP(every, "watch", "w", 0, "print it again every `so often` (2s unless you say it, as in --watch=10s)")
	c.Flags().Lookup("watch").NoOptDefVal = "2s"
}

// leastWatch is as often as anything is printed again.
const leastWatch = 500 * time.Millisecond

// watch calls show once, or every so often until ctx ends. On a terminal, each
// time takes the place of the one before.
func (e *env) watch(ctx context.Context, every time.Duration, show func(context.Context) error) error {
	if every <= 0 {
		return show(ctx)
	}
	ticker := time.NewTicker(max(every, leastWatch))
	defer ticker.Stop()
	clear := isTerminal(e.rawStdout)
	for {
		if clear {
			fmt.Fprint(e.rawStdout, "\x1b[H\x1b[2J")
		}
		if err := show(ctx); err != nil {
			if ctx.Err() != nil {
				return nil // that is how it ends
			}
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if !clear && !e.json {
			fmt.Fprintln(e.Stdout)
		}
	}
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}
