package proxy_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// answerTo returns the header of an answer that was given with h.
func answerTo(t *testing.T, h http.Header) http.Header {
	t.Helper()
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range h {
			w.Header()[name] = values
		}
		w.WriteHeader(200)
	}))
	_, _, got := s.get(t, "x")
	return got
}

func TestHeadersThatTheBrowserSees(t *testing.T) {
	got := answerTo(t, http.Header{
		"Content-Type": {"text/plain"}, "Etag": {`"a"`}, "Date": {"now"}, "Content-Length": {"0"}, "Cache-Control": {"no-cache"},
		"Set-Cookie": {"a=b", "c=d"}, "Server": {"TornadoServer/6"}, "X-Frame-Options": {"DENY"},
		"Access-Control-Allow-Origin": {"http://evil.example"}, "Access-Control-Allow-Credentials": {"true"},
		"Service-Worker-Allowed": {"/"}, "Clear-Site-Data": {"*"}, "Strict-Transport-Security": {"max-age=9"}, "Alt-Svc": {"h2=x"},
		"Report-To": {"x"}, "Reporting-Endpoints": {"x"}, "Content-Security-Policy-Report-Only": {"default-src 'none'"},
		"X-Accel-Redirect": {"/etc"}, "X-Sendfile": {"/etc/passwd"}, "Connection": {"X-Hop"}, "X-Hop": {"1"}, "Keep-Alive": {"5"},
		"Referrer-Policy": {"unsafe-url"},
	})
	want := http.Header{
		"Content-Type": {"text/plain"}, "Etag": {`"a"`}, "Date": {"now"}, "Content-Length": {"0"}, "Cache-Control": {"no-cache"},
		"Content-Security-Policy": {"frame-ancestors 'self' https://lms.example.org"},
		"Referrer-Policy":         {"no-referrer"}, "X-Content-Type-Options": {"nosniff"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestContentSecurityPolicyOfAnAnswer(t *testing.T) {
	const ours = "frame-ancestors 'self' https://lms.example.org"
	for name, tt := range map[string]struct{ sent, want []string }{
		"page of Jupyter": {[]string{"frame-ancestors 'self'; report-uri /api/security/csp-report"}, []string{ours}},
		"API":             {[]string{"frame-ancestors 'self'; report-uri /x; default-src 'none'"}, []string{ours, "default-src 'none'"}},
		"file":            {[]string{"frame-ancestors 'self'; sandbox allow-scripts"}, []string{ours, "sandbox allow-scripts"}},
		"any spelling":    {[]string{";\tFRAME-Ancestors\t*;Report-To x ; Script-Src 'self'"}, []string{ours, "Script-Src 'self'"}},
		"several":         {[]string{"sandbox, frame-ancestors *", "img-src a, script-src b"}, []string{ours, "sandbox", "img-src a", "script-src b"}},
	} {
		got := answerTo(t, http.Header{"Content-Security-Policy": tt.sent})["Content-Security-Policy"]
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestContentTypeIsNotGuessed(t *testing.T) {
	s := newRawSite(t, reply("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<html>a</html>\n"))
	if _, _, h := s.get(t, "x"); h["Content-Type"] != nil {
		t.Errorf("Content-Type: %q", h["Content-Type"])
	}
}

func TestRedirections(t *testing.T) {
	for sent, want := range map[string]string{
		testBase + "lab?a=%2F#b":                 testBase + "lab?a=%2F#b",
		"lab":                                    "lab",
		"http://localhost:8888" + testBase + "x": testBase + "x",
		"http://127.0.0.1" + testBase + "a%2Fb":  testBase + "a%2Fb",
		"http://[::1]:1/x":                       "/x",
		"//localhost/x":                          "/x",
		"http+unix://%2Frun%2Fs/x":               "/",
		"http://localhost//evil.example":         "/",
		"http://localhost":                       "/",
		"https://docs.example.org/x":             "https://docs.example.org/x",
		"http://%zz":                             "/",
	} {
		if got := answerTo(t, http.Header{"Location": {sent}}).Get("Location"); got != want {
			t.Errorf("%q became %q, want %q", sent, got, want)
		}
	}
}
