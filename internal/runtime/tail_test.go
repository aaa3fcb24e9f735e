package runtime_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

func TestTailKeepsTheLastLines(t *testing.T) {
	for _, test := range []struct {
		written string
		lines   int
		want    string
	}{
		{"", 3, ""},
		{"a\n", 0, ""},
		{"a\nb\nc\n", -1, ""},
		{"a\nb\nc\n", 2, "b\nc\n"},
		{"a\nb\nc", 2, "b\nc"},
		{"a\nb\nc\n", 3, "a\nb\nc\n"},
		{"a\nb\nc\n", 9, "a\nb\nc\n"},
		{"a\n\n\n", 2, "\n\n"},
	} {
		tail := runtime.NewTail(test.lines)
		io.WriteString(tail, test.written)
		if got := tail.String(); got != test.want {
			t.Errorf("last %d lines of %q are %q, want %q", test.lines, test.written, got, test.want)
		}
	}
}

func TestTailIsBounded(t *testing.T) {
	tail := runtime.NewTail(1 << 30)
	for i := range 100_000 {
		fmt.Fprintf(tail, "line %d\n", i)
	}
	got := tail.String()
	if len(got) > runtime.MaxOutput || len(got) < runtime.MaxOutput/2 {
		t.Errorf("%d bytes are kept, want about %d", len(got), runtime.MaxOutput)
	}
	if !strings.HasSuffix(got, "line 99998\nline 99999\n") {
		t.Errorf("the end is %q", got[len(got)-30:])
	}
	long := runtime.NewTail(2)
	io.WriteString(long, strings.Repeat("x", 3*runtime.MaxOutput))
	if got := len(long.String()); got != runtime.MaxOutput {
		t.Errorf("of one long line %d bytes are kept, want %d", got, runtime.MaxOutput)
	}
}
