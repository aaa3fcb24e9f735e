package course_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
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
	var expected map[string]any
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	s.create(filepath.Join(shared, "whirlwind.bundle"))
	if got := s.published(); got != expected["commit"] {
		t.Errorf("published %q, want %q", got, expected["commit"])
	}
	_, fields := s.showJSON()
	for _, key := range []string{"tracks", "static_mappings", "notebooks"} {
		if diff := cmp.Diff(expected[key], fields[key]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
}
