package server

import (
	"fmt"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/texts"
)

// What a runtime of the tests cannot do: run out of memory.
func TestAStartThatNeedsTooMuchMemoryIsExplained(t *testing.T) {
	err := explainStart(fmt.Errorf("start: %w", &endedError{code: 137, oom: true}), Wanted{}, time.Minute)
	if nbhosting.KindOf(err) != nbhosting.Unavailable {
		t.Errorf("it is %s", nbhosting.KindOf(err))
	}
	for lang, want := range map[string]string{
		"en": "Your notebook server needed more memory than it may use, while it was starting. Try again; if that does not help, tell your teacher.",
		"fr": "",
	} {
		got := texts.Message(texts.Accepted(lang), err)
		if want != "" && got != want || want == "" && got == nbhosting.MessageOf(err) {
			t.Errorf("in %s: %s", lang, got)
		}
	}
}
