package access_test

import (
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/access"
)

// rules makes Rules from what an administrator would write.
func rules(t *testing.T, referers, addresses []string) access.Rules {
	t.Helper()
	var r access.Rules
	for _, s := range referers {
		domain, err := access.ParseReferer(s)
		if err != nil {
			t.Fatal(err)
		}
		r.Referers = append(r.Referers, domain)
	}
	for _, s := range addresses {
		prefix, err := access.ParseAddress(s)
		if err != nil {
			t.Fatal(err)
		}
		r.Addresses = append(r.Addresses, prefix)
	}
	return r
}

// visit is a request as the rules see it.
type visit struct {
	referer string
	remote  string
	headers map[string]string
}

func (v visit) checkedBy(r access.Rules) error {
	req := httptest.NewRequest("GET", "/notebookLazyCopy/python/intro/ada", nil)
	req.RemoteAddr = v.remote
	if v.referer != "" {
		req.Header.Set("Referer", v.referer)
	}
	for name, value := range v.headers {
		req.Header.Set(name, value)
	}
	return r.Check(req)
}

func TestThePageDecidesBeforeTheAddress(t *testing.T) {
	r := rules(t, []string{"mooc.example"}, []string{"192.0.2.7"})
	tests := []struct {
		name  string
		visit visit
		want  bool
	}{
		{"allowed page, other address", visit{referer: "https://mooc.example/c", remote: "198.51.100.1:1"}, true},
		{"other page, allowed address", visit{referer: "https://evil.example/", remote: "192.0.2.7:1"}, false},
		{"no page, allowed address", visit{remote: "192.0.2.7:1"}, true},
		{"no page, other address", visit{remote: "192.0.2.8:1"}, false},
		{"empty page, other address", visit{referer: " ", remote: "192.0.2.8:1"}, false},
		{"empty page, allowed address", visit{referer: " ", remote: "192.0.2.7:1"}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := test.visit.checkedBy(r); (err == nil) != test.want {
				t.Errorf("got %v, admitted should be %v", err, test.want)
			}
		})
	}
}

func TestOneBadRefererOfSeveralRefuses(t *testing.T) {
	r := rules(t, []string{"mooc.example"}, []string{"192.0.2.7"})
	req := httptest.NewRequest("GET", "/", nil)
	req.RemoteAddr = "192.0.2.7:1"
	req.Header["Referer"] = []string{"https://mooc.example/", "https://evil.example/"}
	if err := r.Check(req); err == nil {
		t.Error("admitted")
	}
}

func TestOnlyNavigationOpens(t *testing.T) {
	r := rules(t, []string{"mooc.example"}, []string{"192.0.2.7"})
	for mode, want := range map[string]bool{
		"navigate": true, "cors": false, "no-cors": false, "same-origin": false, "websocket": false, "anything": false, "": true,
	} {
		for _, referer := range []string{"https://mooc.example/c", ""} {
			v := visit{referer: referer, remote: "192.0.2.7:1", headers: map[string]string{"Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": "iframe"}}
			if err := v.checkedBy(r); (err == nil) != want {
				t.Errorf("mode %q, from %q: got %v", mode, referer, err)
			}
		}
	}
}

func TestZeroRulesAdmitNobody(t *testing.T) {
	for _, v := range []visit{
		{remote: "127.0.0.1:1"},
		{remote: "[::1]:1"},
		{remote: "@"},
		{remote: ""},
		{referer: "https://mooc.example/", remote: "127.0.0.1:1"},
		{referer: "http://127.0.0.1/", remote: "127.0.0.1:1"},
	} {
		if v.checkedBy(access.Rules{}) == nil || v.checkedBy(access.Rules{Referers: []string{""}, Addresses: []netip.Prefix{{}}}) == nil {
			t.Errorf("%+v was admitted", v)
		}
	}
}

func TestRefusalTellsNothingOfTheRules(t *testing.T) {
	r := rules(t, []string{"secret.example"}, []string{"203.0.113.0/24"})
	for _, v := range []visit{
		{referer: "https://evil.example/<script>", remote: "192.0.2.8:1"},
		{remote: "192.0.2.8:1"},
		{remote: "203.0.113.9:1", headers: map[string]string{"Sec-Fetch-Mode": "cors"}},
	} {
		err := v.checkedBy(r)
		if got := nbhosting.KindOf(err); got != nbhosting.Denied {
			t.Errorf("%+v: kind %v, want denied", v, got)
		}
		for _, told := range []string{"secret", "203.0", "evil", "script>", "192.0"} {
			if strings.Contains(err.Error(), told) {
				t.Errorf("%+v: %q tells %q", v, err, told)
			}
		}
	}
}
