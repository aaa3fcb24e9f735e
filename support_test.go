package nbhosting_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
)

func TestSupportCodes(t *testing.T) {
	secret := []byte("a secret of this site")
	code := nbhosting.SupportCode(secret, "alice")
	if len(code) != 9 || code[4] != '-' || strings.ContainsAny(code, "ILOU") {
		t.Errorf("%q is not two groups of four signs that are hard to mistake", code)
	}
	if again := nbhosting.SupportCode(secret, "alice"); again != code {
		t.Errorf("the code has become %q from %q", again, code)
	}
	if other := nbhosting.SupportCode([]byte("another"), "alice"); other == code {
		t.Error("the code does not depend on the site's secret")
	}
	seen := map[string]bool{}
	for i := range 1000 {
		seen[nbhosting.SupportCode(secret, nbhosting.Student(fmt.Sprint("s", i)))] = true
	}
	if len(seen) != 1000 {
		t.Errorf("1000 students have %d codes", len(seen))
	}
	for _, written := range []string{code, strings.ToLower(code), strings.ReplaceAll(code, "-", " "), strings.ReplaceAll(code, "0", "o"), " " + strings.ReplaceAll(code, "1", "l")} {
		if got := nbhosting.TidySupportCode(written); got != code {
			t.Errorf("%q is read as %q, not as %q", written, got, code)
		}
	}
	if got := nbhosting.TidySupportCode("what?"); got != "WHAT?" {
		t.Errorf("got %q", got)
	}
}
