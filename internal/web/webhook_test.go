package web_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/sqlite"
	"github.com/nbhosting/nbhosting/internal/web"
)

// asked notes for which courses a pull was asked for.
type asked struct {
	courses []nbhosting.CourseName
	fail    error
}

func (a *asked) PushTold(_ context.Context, name nbhosting.CourseName) error {
	a.courses = append(a.courses, name)
	return a.fail
}

// hooks is a site with the course "tour" of the branch "main".
type hooks struct {
	t      *testing.T
	puller *asked
	log    *bytes.Buffer
	public http.Handler
}

func newHooks(t *testing.T, secret string, changes ...func(*nbhosting.Course)) hooks {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	tour := nbhosting.Course{Name: "tour", GitURL: "/srv/tour", Branch: "main", Image: "tour", WebhookSecret: secret}
	for _, change := range changes {
		change(&tour)
	}
	for _, c := range []nbhosting.Course{tour, {Name: "deaf", GitURL: "/srv/deaf", Branch: "main", Image: "deaf"}} {
		if err := db.CreateCourse(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	h := hooks{t: t, puller: &asked{}, log: &bytes.Buffer{}}
	logger := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.public = web.New(web.Options{
		Courses: course.New(course.Options{Root: t.TempDir(), Store: db, Logger: logger}), Puller: h.puller, Logger: logger,
	}).Public()
	return h
}

// tell sends a message; the headers are NAME, VALUE….
func (h hooks) tell(name, body string, headers ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	return h.tellFrom(name, strings.NewReader(body), headers...)
}

func (h hooks) tellFrom(name string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), http.MethodPost, "/api/webhooks/git/"+name, body)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	h.public.ServeHTTP(answer, r)
	return answer
}

func (h hooks) want(answer *httptest.ResponseRecorder, status int, pulled bool) {
	h.t.Helper()
	var body web.WebhookAnswer
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || body.Message == "" || body.Pull != pulled || answer.Code != status {
		h.t.Errorf("got %d %s, %v, want %d", answer.Code, answer.Body, err, status)
	}
	var want []nbhosting.CourseName
	if pulled {
		want = []nbhosting.CourseName{"tour"}
	}
	if diff := cmp.Diff(want, h.puller.courses); diff != "" {
		h.t.Errorf("pulls: %s", diff)
	}
	h.puller.courses = nil
}

const secret = "whsec_c2VjcmV0IG9mIDMyIGJ5dGVzLCBmb3IgdGhlIHRlc3Q="

func mac(key, text string) []byte {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(text))
	return m.Sum(nil)
}

func hexMAC(key, text string) string { return hex.EncodeToString(mac(key, text)) }

func standardMAC(t *testing.T, key, text string) string {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(key, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	return "v1," + base64.StdEncoding.EncodeToString(mac(string(raw), text))
}

const pushed = `{"ref": "refs/heads/main", "before": "1", "after": "2", "commits": [{"id": "2"}]}`

// The vectors that GitHub and Standard Webhooks publish.
func TestPublishedProofs(t *testing.T) {
	h := newHooks(t, "It's a Secret to Everybody")
	h.want(h.tell("tour", "Hello, World!", "X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
		http.StatusAccepted, true)
	h = newHooks(t, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	h.want(h.tell("tour", `{"test": 2432232314}`, "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp", "1614265330",
		"webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="), http.StatusAccepted, true)
}

func TestProofsOfEachHost(t *testing.T) {
	h := newHooks(t, secret)
	signed := hexMAC(secret, pushed)
	for host, headers := range map[string][]string{
		"GitHub":         {"X-GitHub-Event", "push", "X-Hub-Signature-256", "sha256=" + signed, "X-Hub-Signature", "sha1=0000"},
		"GitLab":         {"X-Gitlab-Event", "Push Hook", "X-Gitlab-Token", secret},
		"GitLab, signed": {"X-Gitlab-Event", "Push Hook", "webhook-id", "7", "webhook-timestamp", "1", "webhook-signature", standardMAC(t, secret, "7.1."+pushed)},
		"two signatures": {"webhook-id", "7", "webhook-timestamp", "1", "webhook-signature", "v1a,x v1," + strings.Repeat("A", 43) + "= " + standardMAC(t, secret, "7.1."+pushed)},
		"Gitea":          {"X-Gitea-Event", "push", "X-GitHub-Event", "push", "X-Gitea-Signature", signed},
		"Forgejo":        {"X-Forgejo-Event", "push", "X-Forgejo-Signature", strings.ToUpper(signed)},
	} {
		t.Run(host, func(t *testing.T) {
			h.t = t
			h.want(h.tell("tour", pushed, headers...), http.StatusAccepted, true)
		})
	}
	if strings.Contains(h.log.String(), secret) {
		t.Errorf("the log holds the secret:\n%s", h.log)
	}
}

// Whatever is wrong, the answer is the same to the letter.
func TestRefusals(t *testing.T) {
	h := newHooks(t, secret)
	signed, other := hexMAC(secret, pushed), hexMAC("another", pushed)
	s1 := hmac.New(sha1.New, []byte(secret))
	s1.Write([]byte(pushed))
	want := ""
	for name, c := range map[string]struct {
		course, body string
		headers      []string
	}{
		"no proof":             {"tour", pushed, nil},
		"SHA-1":                {"tour", pushed, []string{"X-Hub-Signature", "sha1=" + hex.EncodeToString(s1.Sum(nil))}},
		"another secret":       {"tour", pushed, []string{"X-Hub-Signature-256", "sha256=" + other}},
		"no prefix":            {"tour", pushed, []string{"X-Hub-Signature-256", signed}},
		"prefix at Gitea":      {"tour", pushed, []string{"X-Gitea-Signature", "sha256=" + signed}},
		"short":                {"tour", pushed, []string{"X-Gitea-Signature", signed[:32]}},
		"empty":                {"tour", pushed, []string{"X-Gitea-Signature", "", "X-Gitlab-Token", ""}},
		"another body":         {"tour", pushed + " ", []string{"X-Hub-Signature-256", "sha256=" + signed}},
		"another token":        {"tour", pushed, []string{"X-Gitlab-Token", secret + "="}},
		"beginning of a token": {"tour", pushed, []string{"X-Gitlab-Token", secret[:10]}},
		"another id":           {"tour", pushed, []string{"webhook-id", "8", "webhook-timestamp", "1", "webhook-signature", standardMAC(t, secret, "7.1."+pushed)}},
		"no course":            {"absent", pushed, []string{"X-Hub-Signature-256", "sha256=" + signed}},
		"no name of a course":  {"a%20b", pushed, []string{"X-Gitlab-Token", secret}},
		"deaf":                 {"deaf", pushed, []string{"X-Gitlab-Token", secret}},
		"deaf, empty key":      {"deaf", pushed, []string{"X-Hub-Signature-256", "sha256=" + hexMAC("", pushed)}},
		"deaf, nobody's":       {"deaf", pushed, []string{"X-Gitlab-Token", "whsec_" + strings.Repeat("A", 43) + "="}},
		"too large":            {"tour", strings.Repeat(" ", 25<<20+1), []string{"X-Gitlab-Token", secret}},
	} {
		answer := h.tell(c.course, c.body, c.headers...)
		var e web.APIError
		if err := json.Unmarshal(answer.Body.Bytes(), &e); err != nil || answer.Code != http.StatusForbidden || e.Kind != "denied" || e.Message == "" {
			t.Errorf("%s: got %d %s, %v", name, answer.Code, answer.Body, err)
		}
		if want == "" {
			want = answer.Body.String()
		}
		if answer.Body.String() != want {
			t.Errorf("%s: got %s, others %s", name, answer.Body, want)
		}
	}
	if len(h.puller.courses) > 0 {
		t.Errorf("pulled: %v", h.puller.courses)
	}
	if strings.Contains(h.log.String(), secret) || strings.Contains(h.log.String(), signed) {
		t.Errorf("the log holds a secret:\n%s", h.log)
	}
}

func TestWhichMessagesLeadToAPull(t *testing.T) {
	zeros := strings.Repeat("0", 40)
	long := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct {
		event, body string
		pulled      bool
	}{
		"push":                    {"push", pushed, true},
		"of GitLab":               {"Push Hook", `{"object_kind": "push", "before": "1", "after": "2", "ref": "refs/heads/main"}`, true},
		"ping":                    {"ping", `{"zen": "Keep it logically awesome.", "hook_id": 1}`, false},
		"issue":                   {"issues", `{"ref": "refs/heads/main"}`, false},
		"tag of GitLab":           {"Tag Push Hook", `{"ref": "refs/heads/main"}`, false},
		"another branch":          {"push", `{"ref": "refs/heads/main2"}`, false},
		"tag":                     {"push", `{"ref": "refs/tags/main"}`, false},
		"branch called as a ref":  {"push", `{"ref": "refs/heads/refs/heads/main"}`, false},
		"deleted":                 {"push", `{"ref": "refs/heads/main", "deleted": true}`, false},
		"deleted at GitLab":       {"Push Hook", `{"after": "` + zeros + `", "ref": "refs/heads/main"}`, false},
		"made":                    {"push", `{"ref": "refs/heads/main", "before": "` + zeros + `", "after": "1", "deleted": false}`, true},
		"long":                    {"push", `{"ref": "refs/heads/main", "commits": ["` + long + `"]}`, true},
		"long, of another branch": {"push", `{"ref": "refs/heads/x", "commits": ["` + long + `"]}`, false},
		"ref far behind":          {"push", `{"commits": ["` + long + `"], "ref": "refs/heads/x"}`, true},
		"ref inside of another":   {"push", `{"repository": {"ref": "refs/heads/x"}, "ref": "refs/heads/main"}`, true},
		"empty":                   {"push", ``, true},
		"not JSON":                {"push", `<xml/>`, true},
		"odd":                     {"push", `{"ref": 7}`, true},
		"without event":           {"", pushed, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHooks(t, secret)
			status := map[bool]int{true: http.StatusAccepted, false: http.StatusOK}[c.pulled]
			h.want(h.tell("tour", c.body, "X-GitHub-Event", c.event, "X-Hub-Signature-256", "sha256="+hexMAC(secret, c.body)), status, c.pulled)
		})
	}
}

func TestMessagesAsForms(t *testing.T) {
	h := newHooks(t, secret)
	for payload, pulled := range map[string]bool{
		pushed: true, `{"ref": "refs/heads/été & x=y"}`: false, `{"ref": "refs/heads/x", "commits": "` + strings.Repeat("é", 1<<18) + `"}`: false,
	} {
		for shift := range 6 { // so that it breaks off everywhere
			body := "payload=" + strings.Repeat("+", shift) + url.QueryEscape(payload)
			status := map[bool]int{true: http.StatusAccepted, false: http.StatusOK}[pulled]
			h.want(h.tell("tour", body, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8",
				"X-GitHub-Event", "push", "X-Hub-Signature-256", "sha256="+hexMAC(secret, body)), status, pulled)
		}
	}
}

func TestCoursesThatAreLeftAlone(t *testing.T) {
	headers := []string{"X-Gitlab-Token", secret}
	h := newHooks(t, secret, func(c *nbhosting.Course) { c.Archived = true })
	h.want(h.tell("tour", pushed, headers...), http.StatusOK, false)
	h = newHooks(t, secret, func(c *nbhosting.Course) { c.Branch = "" }) // not pulled yet
	h.want(h.tell("tour", `{"ref": "refs/heads/any"}`, headers...), http.StatusAccepted, true)
	h.want(h.tell("tour", `{"ref": "refs/tags/any"}`, headers...), http.StatusOK, false)
}

func TestPullsThatCannotBeAskedFor(t *testing.T) {
	h := newHooks(t, secret)
	h.puller.fail = errors.New("open /var/lib/secret: no such file")
	answer := h.tell("tour", pushed, "X-Gitlab-Token", secret)
	if answer.Code != http.StatusInternalServerError || strings.Contains(answer.Body.String(), "/var/lib") {
		t.Errorf("got %d %s", answer.Code, answer.Body)
	}
	w := web.New(web.Options{Courses: course.New(course.Options{Store: oneCourse{}}), Logger: slog.New(slog.DiscardHandler)})
	h.public = w.Public()
	if answer := h.tell("tour", pushed, "X-Gitlab-Token", secret); answer.Code != http.StatusServiceUnavailable {
		t.Errorf("without a puller: %d %s", answer.Code, answer.Body)
	}
}

// oneCourse holds the course "tour".
type oneCourse struct{ course.Store }

func (oneCourse) Course(context.Context, nbhosting.CourseName) (nbhosting.Course, error) {
	return nbhosting.Course{Name: "tour", Branch: "main", WebhookSecret: secret}, nil
}

// A git host is no visitor: it comes from anywhere, and proves itself.
func TestGitHostsNeedNoAccess(t *testing.T) {
	h := newHooks(t, secret)
	h.want(h.tell("tour", pushed, "X-Gitlab-Token", secret, "Origin", "https://git.example.org", "Sec-Fetch-Site", "cross-site",
		"Referer", "https://evil.example.org/"), http.StatusAccepted, true)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/webhooks/git/tour", nil)
	r.Header.Set("X-Gitlab-Token", secret)
	answer := httptest.NewRecorder()
	h.public.ServeHTTP(answer, r)
	if answer.Code != http.StatusNotFound || len(h.puller.courses) > 0 {
		t.Errorf("GET: got %d, pulled %v", answer.Code, h.puller.courses)
	}
}

// TestALargeMessageTakesLittleMemory sends as much as is allowed.
func TestALargeMessageTakesLittleMemory(t *testing.T) {
	h := newHooks(t, secret)
	begin := []byte(`{"ref": "refs/heads/main", "commits": "`)
	rest := io.LimitReader(endless{}, 25<<20-int64(len(begin)))
	before := allocated()
	answer := h.tellFrom("tour", io.MultiReader(bytes.NewReader(begin), rest), "X-Gitlab-Token", secret)
	if took := allocated() - before; took > 4<<20 {
		t.Errorf("took %d bytes of memory", took)
	}
	h.want(answer, http.StatusAccepted, true)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// allocated returns how many bytes were ever allocated by this program.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
