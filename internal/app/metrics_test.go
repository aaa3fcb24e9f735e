package app_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/app"
	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/config"
)

func figures(t *testing.T, a *app.App) string {
	t.Helper()
	w := httptest.NewRecorder()
	a.Metrics().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestMetricsTellWhatHappened(t *testing.T) {
	s := apptest.New(t)
	location := openIntro(t, s)
	redirect(t, s.App.Public(), "/notebookLazyCopy/tour/intro/alice")
	id, secret, _, _ := nbhosting.SplitServerPath(location)
	resp, err := http.Get(s.URL + nbhosting.ServerPrefix + string(id) + "/" + secret + "/notebooks/intro.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	resp, err = http.Get(s.URL + "/notebookLazyCopy/tour/nothing/alice")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	text := figures(t, s.App)
	for _, line := range []string{
		`nbhosting_openings_total{outcome="started"} 1`,
		`nbhosting_openings_total{outcome="running"} 1`,
		`nbhosting_openings_total{outcome="not-found"} 1`,
		`nbhosting_opening_phase_seconds_count{phase="course"} 3`,
		`nbhosting_opening_phase_seconds_count{phase="workspace"} 2`,
		`nbhosting_servers{state="ready"} 1`,
		`nbhosting_course_servers{course="tour"} 1`,
		`nbhosting_jobs_ended_total{kind="create",state="succeeded"} 1`,
		`nbhosting_proxy_requests_total{class="page"} 1`,
		`nbhosting_history_refused_total 0`,
		`version="` + apptest.Version + `"`,
	} {
		if !strings.Contains(text, line) {
			t.Errorf("missing: %s", line)
		}
	}
	if strings.Contains(text, "alice") || strings.Contains(text, "intro") {
		t.Error("a student or a notebook is named")
	}
	if t.Failed() {
		t.Log(text)
	}
}

func TestMetricsHaveAnAddressOfTheirOwn(t *testing.T) {
	s := apptest.New(t, func(c *config.Config) { c.Metrics.Listen = "127.0.0.1:0" })
	s.Serve()
	address := regexp.MustCompile(`msg=metrics on=(\S+)`).FindStringSubmatch(s.Log.String())
	if address == nil {
		t.Fatalf("the log does not say where they are:\n%s", s.Log)
	}
	for path, want := range map[string]int{"/metrics": 200, "/auditor/courses": 404} {
		resp, err := http.Get("http://" + address[1] + path)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want || want == 200 && !strings.Contains(string(text), "nbhosting_build_info") {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	resp, err := http.Get(s.URL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 404 {
		t.Errorf("the public has them: %d", resp.StatusCode)
	}
}
