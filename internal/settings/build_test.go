package settings_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/settings"
)

func TestBuilds(t *testing.T) {
	s := yaml(`
builds:
- name: the book
- id: all
  name: All
  description: every field
  directory: notebooks/
  result-folder: ../_build/x
  entry-point: start.html#top
  external-url: https://example.org/
  script: |
    pip install jupyter-book
    make a && make b
- {name: u, result_folder: out, entry_point: a.html, external_url: "http://example.org"}
- {name: 2024, readthedocs_url: https://example.org/rtd}
- {name: both, readthedocs-url: https://old.example.org, external_url: https://new.example.org}
- {name: old, mount-as: x}
- {name: typo, scrpt: x, result folder: y}
`).evaluate(t)
	with := func(b settings.Build) settings.Build {
		for field, word := range map[*string]string{&b.ID: b.Name, &b.Directory: ".", &b.ResultFolder: "_build/html", &b.EntryPoint: "index.html"} {
			if *field == "" {
				*field = word
			}
		}
		return b
	}
	want := []settings.Build{
		with(settings.Build{Name: "the book"}),
		{
			ID: "all", Name: "All", Description: "every field", Directory: "notebooks", ResultFolder: "../_build/x",
			EntryPoint: "start.html#top", ExternalURL: "https://example.org/", Script: "pip install jupyter-book\nmake a && make b\n",
		},
		with(settings.Build{Name: "u", ResultFolder: "out", EntryPoint: "a.html", ExternalURL: "http://example.org"}),
		with(settings.Build{Name: "2024", ExternalURL: "https://example.org/rtd"}),
		with(settings.Build{Name: "both", ExternalURL: "https://new.example.org"}),
		with(settings.Build{Name: "old"}),
		with(settings.Build{Name: "typo"}),
	}
	if diff := cmp.Diff(want, s.Builds); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantFindings(t, s,
		"warning … :15 The “name” of a build is a number",
		":15 “readthedocs_url” is called “external_url” now",
		":16 “readthedocs_url”",
		":17 “mount-as” means nothing any more",
		":18 The key \"scrpt\" is not known in a build … \"script\"",
		":18 The key \"result folder\" … \"result",
	)
}

func TestBuildsThatCannotBe(t *testing.T) {
	for text, want := range map[string]string{
		"{id: x}":                                 "error … has no “name”",
		"x":                                       "error … Instead of keys and values, a build is a text",
		"{name: x, script: [a, b]}":               "error … The “script” of a build has to be a text, and is a list",
		"{name: ../x}":                            "error … cannot be the name of a directory",
		"{name: x, id: a/b}":                      "error … cannot be the name of a directory",
		"{name: x, id: .git}":                     "error … cannot be the name of a directory",
		"{name: x, directory: ..}":                "error … have to stay in the repository",
		"{name: x, directory: /etc}":              "error … have to stay in the repository",
		"{name: x, result_folder: ../y}":          "error … have to stay in the repository",
		"{name: x, result_folder: /y}":            "error … have to stay in the repository",
		"{name: x, entry_point: ../../y}":         "error … have to stay in the repository",
		"{name: x, external_url: 'javascript:x'}": "warning … does not begin with http:// or https://",
	} {
		s := yaml("builds:\n- " + text + "\n").evaluate(t)
		wantFindings(t, s, want+" … .nbhosting/nbhosting.yaml:2")
		for _, b := range s.Builds {
			if b.Name != "x" || b.ExternalURL != "" || s.Refused() && b.Script != "" {
				t.Errorf("%s: %+v", text, b)
			}
		}
	}
}

func TestBuildsOfOneID(t *testing.T) {
	s := yaml("builds: [{name: a}]").with("nbhosting/nbhosting.yaml", "builds: [{name: b, id: a}, {name: c}]\nbuilds-filter: [a, x]").evaluate(t)
	if len(s.Builds) != 1 || s.Builds[0].Name != "a" {
		t.Errorf("got %+v", s.Builds)
	}
	wantFindings(t, s, "nbhosting/nbhosting.yaml:1 Two builds have the id \"a\"; the second, \"b\"", ":2 “builds-filter” keeps \"x\"")
}
