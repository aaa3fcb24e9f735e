package access_test

import (
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/access"
)

func TestAddresses(t *testing.T) {
	r := rules(t, nil, []string{"192.0.2.7", "10.0.0.0/8", "2001:db8::/32", "::ffff:198.51.100.0/120", "fe80::1"})
	tests := []struct {
		remote string
		want   bool
	}{
		{"192.0.2.7:443", true},
		{"10.255.0.1:1", true},
		{"[2001:db8:1::5]:1", true},
		{"[::ffff:192.0.2.7]:1", true},
		{"[::ffff:10.1.2.3]:1", true},
		{"198.51.100.9:1", true},
		{"[fe80::1%eth0]:1", true},
		{"192.0.2.70:1", false},
		{"11.0.0.1:1", false},
		{"[2001:db9::1]:1", false},
		{"[::a00:1]:1", false}, // 10.0.0.1 by its bits, but not by its family
		{"192.0.2.7", false},
		{"192.0.2.7:x", false},
		{"@", false},
		{"", false},
	}
	for _, test := range tests {
		if err := (visit{remote: test.remote}).checkedBy(r); (err == nil) != test.want {
			t.Errorf("%s: got %v, admitted should be %v", test.remote, err, test.want)
		}
	}
}

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7": "192.0.2.7/32", " 10.0.0.0/8 ": "10.0.0.0/8", "::1": "::1/128", "0.0.0.0/0": "0.0.0.0/0", "::/0": "::/0",
		"::ffff:10.0.0.0/104": "10.0.0.0/8", "::ffff:192.0.2.7": "192.0.2.7/32",
	} {
		if got, err := access.ParseAddress(in); got.String() != want || err != nil {
			t.Errorf("%q: got %v, %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "localhost", "192.0.2", "192.168..*", `192\.168\..*`, "10.0.0.0/33", "10.0.0.0/8/8", "10.0.0.1-9", "[::1]", "192.0.2.7:80"} {
		if got, err := access.ParseAddress(in); err == nil {
			t.Errorf("%q: got %v, want an error", in, got)
		}
	}
	if _, err := access.ParseAddress("10.0.0.1/8"); err == nil || !strings.Contains(err.Error(), "write 10.0.0.0/8") {
		t.Errorf("an address with a mask: %v", err)
	}
}
