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
	screen := &screen{to: e.Stdout, terminal: e.rawStdout}
	if clear {
		e.Stdout = screen
		defer func() { e.Stdout = screen.to }()
	}
	for {
		screen.old = true
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

// screen writes each list in place of the one before, which stays until there is
// something to be written: a look at all servers may take seconds.
type screen struct {
	to, terminal io.Writer
	old          bool // what is shown
}

// Write implements io.Writer.
func (s *screen) Write(text []byte) (int, error) {
	if s.old {
		s.old = false
		if _, err := io.WriteString(s.terminal, "\x1b[H\x1b[2J"); err != nil {
			return 0, err
		}
	}
	return s.to.Write(text)
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}
