package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/nbhosting/nbhosting"
)

var errNobodyToAsk = misusef("there is nobody here to ask: give --yes to go on without a question")

// confirm asks to type word, which only who means it does. Where nobody can
// answer, it fails.
func (e *env) confirm(ctx context.Context, word string) error {
	if !e.Interactive {
		return errNobodyToAsk
	}
	fmt.Fprintf(e.Stderr, "Type %s to go on: ", word)
	typed, err := e.readLine(ctx)
	if err != nil {
		return err
	}
	if typed != word {
		return nbhosting.Errorf(nbhosting.Conflict, "Nothing was done: %q is not %q.", typed, word)
	}
	return nil
}

// readLine waits for a line, or for an interruption. No input is an empty line.
func (e *env) readLine(ctx context.Context) (string, error) {
	typed := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(e.Stdin).ReadString('\n') // what came before its end counts
		typed <- strings.TrimSpace(line)
	}()
	select {
	case line := <-typed:
		return line, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
