package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/web"
)

// What the program exits with.
const (
	exitGood   = 0
	exitFailed = 1
	exitMisuse = 2
)

// exitCodes is the part of the help that tells them.
const exitCodes = `

Exit codes: 0, all is done; 1, it failed, or part of it did; 2, the command line makes no sense.
With --json, what goes wrong is an object on standard error: {"error": {"kind": …, "message": …}}.`

// misuse is a command line that makes no sense.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

func misused(err error) error { return misuse{err} }

func misusef(format string, args ...any) error { return misused(fmt.Errorf(format, args...)) }

// asksForJSON is for command lines that could not be read to their end.
func asksForJSON(args []string) bool { return slices.Contains(args, "--json") }

// fail says why a command failed, and returns the code to exit with.
func (e *env) fail(ctx context.Context, cmd *cobra.Command, err error) int {
	_, misused := errors.AsType[misuse](err)
	if ctx.Err() != nil {
		err = nbhosting.Errorf(nbhosting.Unavailable, "interrupted")
	}
	switch {
	case e.json:
		e.failJSON(err, misused)
	case misused:
		fmt.Fprintf(e.Stderr, "%s: %s\nSee “%s --help”.\n", cmd.Root().Name(), failureText(err), cmd.CommandPath())
	default:
		fmt.Fprintf(e.Stderr, "%s: %s\n", cmd.Root().Name(), failureText(err))
	}
	if misused {
		return exitMisuse
	}
	return exitFailed
}

func (e *env) failJSON(err error, misused bool) {
	failure := apiError(err)
	if misused {
		failure.Kind = nbhosting.Invalid.String()
	}
	out := json.NewEncoder(e.rawStderr)
	out.SetEscapeHTML(false)
	_ = out.Encode(map[string]web.APIError{"error": failure}) // if it cannot be written, nobody reads it
}

func apiError(err error) web.APIError {
	return web.APIError{Kind: nbhosting.KindOf(err).String(), Message: failureText(err)}
}

// failureText shows the message for people and, to who is at the command line, the cause too.
func failureText(err error) string {
	if e, ok := errors.AsType[*nbhosting.Error](err); ok && e.Cause != nil {
		return e.Message + "\n  cause: " + e.Cause.Error()
	}
	return err.Error()
}
