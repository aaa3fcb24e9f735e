package course_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestARealCourse publishes a course of the wild, where it is at hand.
func TestARealCourse(t *testing.T) {
	shared, err := filepath.Abs("../../../shared/courses")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(shared, "whirlwind.expected.json"))
	if err != nil {
		t.Skipf("the course is not here: %v", err)
	}
	var expected struct {
		Commit string
		Tracks []struct {
			Sections []struct{ Notebooks []string }
		}
	}
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	s.create(filepath.Join(shared, "whirlwind.bundle"))
	if got := s.published(); got != expected.Commit {
		t.Errorf("published %q, want %q", got, expected.Commit)
	}
	files := s.files("courses/tour")
	for _, section := range expected.Tracks[0].Sections {
		for _, notebook := range section.Notebooks {
			if !slices.Contains(files, notebook) {
				t.Errorf("%s is not published", notebook)
			}
		}
	}
}
