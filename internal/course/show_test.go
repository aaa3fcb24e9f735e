package course_test

import (
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/settings"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

func (s site) showJSON() (text string, fields map[string]any) {
	s.T.Helper()
	d, err := s.Show(s.T.Context(), tour)
	if err != nil {
		s.T.Fatal(err)
	}
	out, err := json.Marshal(d)
	if err != nil {
		s.T.Fatal(err)
	}
	if err := json.Unmarshal(out, &fields); err != nil {
		s.T.Fatal(err)
	}
	return string(out), fields
}

func TestShowHasExactlyTheKeysOfItsInterface(t *testing.T) {
	a := gittest.NewAuthor(t)
	commit := a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	s.create(a.Dir)
	_, fields := s.showJSON()
	want := []string{
		"archived", "autobuild", "autopull", "branch", "builds", "findings", "giturl", "image", "name", "network", "notebook_url_format", "notebooks", "revision", "static_mappings", "tracks", "webhook",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(fields))); diff != "" {
		t.Error(diff)
	}
	revision, _ := fields["revision"].(map[string]any)
	if diff := cmp.Diff([]string{"commit", "date", "published_at"}, slices.Sorted(maps.Keys(revision))); diff != "" {
		t.Error(diff)
	}
	if revision["commit"] != commit || revision["date"] != "2011-12-13T12:15:16Z" {
		t.Errorf("got %v", revision)
	}
	delete(fields, "revision")
	delete(fields, "tracks") // the generic one
	wantRest := map[string]any{
		"name": "tour", "giturl": a.Dir, "branch": "main", "image": "tour", "network": "", "notebook_url_format": "notebooks/{notebook}", "webhook": false,
		"autopull": false, "autobuild": false, "archived": false,
		"builds": []any{}, "findings": []any{}, "notebooks": map[string]any{},
		"static_mappings": []any{
			map[string]any{"source": "media", "destination": "media"}, map[string]any{"source": "data", "destination": "data"},
		},
	}
	if diff := cmp.Diff(wantRest, fields); diff != "" {
		t.Error(diff)
	}
}

func TestARefusedCommitIsShownUntilItIsMended(t *testing.T) {
	a := gittest.NewAuthor(t)
	good := a.Commit(map[string]string{"a.md": "", "nbhosting/nbhosting.yaml": "colour: red\n"})
	s := newSite(t)
	s.create(a.Dir)
	bad := a.Commit(map[string]string{"nbhosting/nbhosting.yaml": "tracks: {x\n"})
	sitetest.WantKind(t, failure(s.Pull(t.Context(), tour, io.Discard)), nbhosting.Invalid)
	d, err := s.Show(t.Context(), tour)
	if err != nil {
		t.Fatal(err)
	}
	if d.Revision.Commit != good || d.Refused == nil || d.Refused.Commit != bad || len(d.Refused.Findings) == 0 {
		t.Errorf("got %+v, %+v", d.Revision, d.Refused)
	}
	if len(d.Findings) != 2 || d.Findings[0].Severity != settings.SeverityError || d.Findings[1].Severity != settings.SeverityWarning {
		t.Errorf("findings: %v", d.Findings)
	}
	if list, err := s.List(t.Context()); err != nil || list[0].Refused != bad {
		t.Errorf("got %+v, %v", list, err)
	}
	for _, mended := range []string{"colour: red\n", "tracks: {x\n", "bar: true\n"} { // as before; wrong again; anew
		a.Commit(map[string]string{"nbhosting/nbhosting.yaml": mended})
		_, err := s.Pull(t.Context(), tour, io.Discard)
		d, showErr := s.Show(t.Context(), tour)
		if showErr != nil || (err == nil) != (d.Refused == nil) {
			t.Errorf("after %q: %v, %+v, %v", mended, err, d.Refused, showErr)
		}
	}
}

func TestShowBeforeTheFirstPull(t *testing.T) {
	s := newSite(t)
	c := nbhosting.Course{Name: tour, GitURL: "https://ada:s3cret@example.org/course.git", Image: "i"}
	if err := s.Store.CreateCourse(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	text, fields := s.showJSON()
	if revision, there := fields["revision"]; !there || revision != nil {
		t.Errorf("got revision %v", revision)
	}
	if strings.Contains(text, "s3cret") || !strings.Contains(text, "example.org/course.git") {
		t.Errorf("got %s", text)
	}
	_, err := s.Revision(tour)
	sitetest.WantKind(t, err, nbhosting.Unavailable)
}

func TestShowOfNoCourse(t *testing.T) {
	_, err := newSite(t).Show(t.Context(), tour)
	sitetest.WantKind(t, err, nbhosting.NotFound)
}

func TestShowTellsThePublicKey(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	s.create(a.Dir)
	if _, fields := s.showJSON(); fields["deploy_key"] != nil {
		t.Errorf("got %v", fields["deploy_key"])
	}
	key := s.deployKey()
	if text, fields := s.showJSON(); fields["deploy_key"] != key || strings.Contains(text, "PRIVATE") {
		t.Errorf("got %v, want %s", fields["deploy_key"], key)
	}
	if err := os.WriteFile(filepath.Join(s.Root, "keys/tour/id_ed25519"), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, fields := s.showJSON(); fields["deploy_key"] != nil { // and the rest is shown
		t.Errorf("got %v", fields["deploy_key"])
	}
	if _, err := s.DeployKey(tour); err == nil || !strings.HasPrefix(s.Read("keys/tour/id_ed25519"), "torn") {
		t.Errorf("a key was replaced without being asked to be: %v", err)
	}
}
