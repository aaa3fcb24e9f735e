package settings_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/settings"
)

func TestMerge(t *testing.T) {
	warning := func(file string, line int) settings.Finding {
		return settings.Finding{Severity: settings.SeverityWarning, File: file, Line: line, Message: "m"}
	}
	failure := settings.Finding{Severity: settings.SeverityError, File: "z", Message: "m"}
	got := settings.Merge([]settings.Finding{warning("b", 2), warning("b", 1)}, nil, []settings.Finding{failure, warning("a", 0), warning("b", 1)})
	want := []settings.Finding{failure, warning("a", 0), warning("b", 1), warning("b", 2)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := settings.Merge(); got == nil || len(got) != 0 {
		t.Errorf("of nothing: %#v", got)
	}
}

func TestMergeIsBounded(t *testing.T) {
	list := []settings.Finding{{Severity: settings.SeverityError, File: "e", Message: strings.Repeat("x", 5000)}}
	for i := range 700 {
		list = append(list, settings.Finding{Severity: settings.SeverityWarning, File: fmt.Sprintf("%03d", i)})
	}
	got := settings.Merge(list[:300], list[300:])
	if len(got) != 501 || len(got[0].Message) > 1100 || !strings.Contains(got[500].Message, "more to say") {
		t.Errorf("%d findings, the last %+v", len(got), got[len(got)-1])
	}
}

// TestMergeOfWhatWasCut has lists that were too long already.
func TestMergeOfWhatWasCut(t *testing.T) {
	var list []settings.Finding
	for i := range 700 {
		list = append(list, settings.Finding{Severity: settings.SeverityWarning, File: "f", Line: 1000 - i})
	}
	cut := settings.Merge(list)
	notice := cut[len(cut)-1]
	notice.Line = 1 // where something was left out, which need not be the end
	for _, got := range [][]settings.Finding{settings.Merge(cut, cut), settings.Merge([]settings.Finding{notice}, list), settings.Merge(cut, list[:1])} {
		notices := 0
		for _, f := range got {
			if strings.Contains(f.Message, "more to say") {
				notices++
			}
		}
		if notices != 1 || !strings.Contains(got[len(got)-1].Message, "more to say") {
			t.Errorf("%d findings, %d times that there are more", len(got), notices)
		}
	}
}
