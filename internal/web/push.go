package web

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/nbhosting/nbhosting"
)

// whyIgnored says why a message of a git host is no reason to pull a course, or
// returns "". It is given the beginning of the body; of a push whose ref is not
// in there, it is not known that it is none of ours.
func whyIgnored(h http.Header, body []byte, course nbhosting.Course) string {
	switch event := eventOf(h); event {
	case "ping":
		return "The webhook works."
	case "", "push", "push hook":
	default:
		return "Only pushes are of interest here."
	}
	push := readPush(h, body)
	switch {
	case course.Archived:
		return "The course is archived."
	case push.Deleted || push.After != "" && strings.Trim(push.After, "0") == "":
		return "The branch was deleted; the course stays as it is."
	case push.Ref == "":
		return ""
	case !isBranchOf(push.Ref, course):
		return "The push is not to the branch of the course."
	}
	return ""
}

// isBranchOf tells whether a ref is that of the course's branch; before the
// first pull that may be any.
func isBranchOf(ref string, course nbhosting.Course) bool {
	branch, found := strings.CutPrefix(ref, "refs/heads/")
	return found && (course.Branch == "" || branch == course.Branch)
}

// eventOf returns the host's word for what happened, in lower case; Gitea and
// Forgejo use GitHub's header as well as theirs.
func eventOf(h http.Header) string {
	for _, name := range []string{"X-GitHub-Event", "X-Gitea-Event", "X-Forgejo-Event", "X-Gitlab-Event"} {
		if event := h.Get(name); event != "" {
			return strings.ToLower(event)
		}
	}
	return ""
}

// push is what is of interest in the message of a push: all hosts say it near the beginning.
type push struct {
	Ref     string
	After   string // the commit; all zeros where the branch is gone
	Deleted bool
}

// readPush reads what there is of a message, which may break off anywhere.
func readPush(h http.Header, body []byte) push {
	var p push
	fields := map[string]any{"ref": &p.Ref, "after": &p.After, "deleted": &p.Deleted}
	d := json.NewDecoder(bytes.NewReader(payloadOf(h, body)))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return p
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return p
		}
		name, _ := key.(string)
		into, wanted := fields[name]
		if !wanted {
			into = new(json.RawMessage)
		}
		if d.Decode(into) != nil {
			return p
		}
	}
	return p
}

// payloadOf returns the JSON of a message: all of it, or the value of the one field of a form.
func payloadOf(h http.Header, body []byte) []byte {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return body
	}
	for field := range strings.SplitSeq(string(body), "&") {
		if value, found := strings.CutPrefix(field, "payload="); found {
			return unescapeHead(value)
		}
	}
	return nil
}

// unescapeHead unescapes text that may break off within an escape.
func unescapeHead(text string) []byte {
	if cut := strings.LastIndexByte(text, '%'); cut >= 0 && cut > len(text)-3 {
		text = text[:cut]
	}
	plain, err := url.QueryUnescape(text)
	if err != nil {
		return nil
	}
	return []byte(plain)
}
