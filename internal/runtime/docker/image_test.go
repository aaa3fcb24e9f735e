package docker_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

func testImages(t *testing.T, e engine) {
	d := open(t, e.host, "test-images")
	name := strings.TrimSuffix(e.image, ":latest") + "-other:1"
	t.Cleanup(func() { d.RemoveImage(context.Background(), name) })
	if err := d.TagImage(t.Context(), e.image, name); err != nil {
		t.Fatal(err)
	}
	before, err := d.ImageDetails(t.Context(), e.image)
	if err != nil || !strings.HasPrefix(before.ID, "sha256:") || before.Size < 1<<20 || !strings.HasPrefix(before.Labels["course"], "of-the-image") || time.Since(before.Created) > time.Hour {
		t.Errorf("details: %+v, %v", before, err)
	}
	if after, err := d.ImageDetails(t.Context(), name); err != nil || after.ID != before.ID {
		t.Errorf("details under the other name: %+v, %v, want id %s", after, err, before.ID)
	}
	names, err := d.Images(t.Context(), strings.TrimSuffix(e.image, ":latest")+"*")
	if err != nil || !contains(names, name) || !contains(names, e.image) {
		t.Errorf("images: %v, %v", names, err)
	}
	for range 2 { // the absent is no error
		if err := d.RemoveImage(t.Context(), name); err != nil {
			t.Errorf("remove: %v", err)
		}
	}
	if _, err := d.ImageDetails(t.Context(), name); !errors.Is(err, runtime.ErrNoImage) {
		t.Errorf("details of the removed: %v", err)
	}
	if exists, err := d.ImageExists(t.Context(), e.image); err != nil || !exists {
		t.Errorf("the first name: %v, %v, want that it stays", exists, err)
	}
	if err := d.TagImage(t.Context(), name, name+"x"); err == nil {
		t.Error("what is not there can be tagged")
	}
}

// contains tells whether one of the names is name, whatever registry the engine puts in front.
func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name || strings.HasSuffix(n, "/"+name) {
			return true
		}
	}
	return false
}
