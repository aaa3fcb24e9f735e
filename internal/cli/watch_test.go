package cli_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/cli"
)

// TestAListStaysUntilTheNextIsThere: the terminal is not empty while servers are looked at.
func TestAListStaysUntilTheNextIsThere(t *testing.T) {
	const empty = "\x1b[H\x1b[2J"
	var terminal strings.Builder
	screen, again := cli.NewScreen(&terminal)
	fmt.Fprint(screen, "one")
	fmt.Fprint(screen, " list\n")
	again()
	if got := terminal.String(); got != "one list\n" {
		t.Errorf("before the next list: %q", got)
	}
	fmt.Fprint(screen, "next\n")
	if got := terminal.String(); got != "one list\n"+empty+"next\n" {
		t.Errorf("got %q", got)
	}
}
