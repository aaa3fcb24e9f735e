package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

func TestNoSecretIsLogged(t *testing.T) {
	s := newSite(t)
	release := s.HoldStarts()
	attempt := attemptOf(t, s.person(intro).body)
	release()
	location := s.program(attempt).location()
	id, secret, rest := split(t, location)
	s.ask(http.MethodPost, attempt+"/retry")
	s.ask(http.MethodGet, intro+"?token=t0ken", "Cookie", "c=c00kie")
	for _, path := range []string{
		location, "//server/" + id + "/" + secret + "/" + rest, "/%73erver/" + id + "/" + secret + "/" + rest,
		"/x/../server/" + id + "/" + secret + "/" + rest, "/./openings/" + strings.TrimPrefix(attempt, "/openings/"),
		"/%6fpenings/" + strings.TrimPrefix(attempt, "/openings/"),
	} {
		s.program(path)
		s.person(path)
	}
	s.stop("alice")
	s.person(location)
	for name, text := range map[string]string{
		"secret of the server": secret, "id of the opening": strings.TrimPrefix(attempt, "/openings/"), "query": "t0ken", "cookie": "c00kie",
	} {
		if strings.Contains(s.Log.String(), text) {
			t.Errorf("the log holds the %s:\n%s", name, linesWith(s.Log.String(), text))
		}
	}
	if !strings.Contains(s.Log.String(), "/server/"+id+"/…/") || !strings.Contains(s.Log.String(), "path="+intro) {
		t.Errorf("requests are not logged:\n%s", s.Log)
	}
}

func linesWith(log, text string) string {
	var found []string
	for line := range strings.Lines(log) {
		if strings.Contains(line, text) {
			found = append(found, line)
		}
	}
	return strings.Join(found, "")
}

// TestWebsocketsPassTheLog speaks through all handlers while every request is logged.
func TestWebsocketsPassTheLog(t *testing.T) {
	s := newSite(t)
	id, secret, _ := split(t, s.open(intro))
	c, _, err := websocket.Dial(t.Context(), s.URL+"/server/"+id+"/"+secret+"/echo", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if err := c.Write(t.Context(), websocket.MessageText, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if kind, got, err := c.Read(t.Context()); kind != websocket.MessageText || string(got) != "hello" || err != nil {
		t.Errorf("got %v %q, %v", kind, got, err)
	}
}
