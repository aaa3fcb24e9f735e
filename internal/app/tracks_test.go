package app_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/app/apptest"
)

// TestTracksProgram shows that a site runs the tracks.py of a course.
func TestTracksProgram(t *testing.T) {
	site := apptest.New(t)
	site.CreateCourse("tour", apptest.Repository(t, map[string]string{
		"w1/a.ipynb":          `{"cells": []}`,
		"nbhosting/tracks.py": "from nbhosting.courses import *\ndef tracks(c): return [Track(c, [], name='by Python')]\n",
	}))
	_, answer := site.Call(http.MethodGet, "/api/courses/tour", "")
	if strings.Contains(answer, "This site cannot run this file") && os.Getenv("NBHOSTING_TEST") != "require" {
		t.Skip(answer)
	}
	if !strings.Contains(answer, `"by Python"`) {
		t.Error(answer)
	}
}
