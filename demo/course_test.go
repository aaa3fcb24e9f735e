package demo_test

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/demo"
	"go.yaml.in/yaml/v3"
)

func course(t *testing.T) fs.FS {
	t.Helper()
	files, err := demo.Course()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := fs.ReadFile(course(t), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// notebooks returns the paths of the notebooks: they are in numbered folders.
func notebooks(t *testing.T) []string {
	t.Helper()
	found, err := fs.Glob(course(t), "[0-9]-*/*")
	if err != nil || len(found) == 0 {
		t.Fatalf("notebooks: %v, %v", found, err)
	}
	return found
}

func exists(files fs.FS, name string) bool {
	_, err := fs.Stat(files, name)
	return err == nil
}

func TestFirstNotebookIsThere(t *testing.T) {
	if _, err := nbhosting.ParseCourseName(demo.CourseName); err != nil {
		t.Error(err)
	}
	if !exists(course(t), demo.Notebook+".ipynb") {
		t.Errorf("%s is missing", demo.Notebook)
	}
}

func TestAllFormatsAreThere(t *testing.T) {
	formats := map[string]bool{}
	odd := false
	for _, name := range notebooks(t) {
		formats[path.Ext(name)] = true
		odd = odd || strings.Contains(name, " ") && strings.ContainsRune(name, 'à')
		if err := nbhosting.CheckNotebookPath(name); err != nil {
			t.Error(err)
		}
	}
	for _, ext := range nbhosting.NotebookExtensions {
		if !formats[ext] {
			t.Errorf("no notebook ends in %s", ext)
		}
	}
	if len(formats) != len(nbhosting.NotebookExtensions) || !odd {
		t.Errorf("formats %v; a name with a space and an accent: %v", formats, odd)
	}
}

// settings is what nbhosting.yaml says.
type settings struct {
	StaticMappings []nbhosting.StaticMapping `yaml:"static-mappings"`
	Tracks         []struct {
		ID, Name, Description string
		Sections              []struct {
			Name      string
			Notebooks []string
		}
	}
}

func readSettings(t *testing.T) settings {
	t.Helper()
	var s settings
	decoder := yaml.NewDecoder(strings.NewReader(read(t, "nbhosting/nbhosting.yaml")))
	decoder.KnownFields(true)
	if err := decoder.Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTracksNameEveryNotebook(t *testing.T) {
	listed := map[string]bool{}
	for _, track := range readSettings(t).Tracks {
		if track.ID == "" || track.Name == "" || track.Description == "" || len(track.Sections) == 0 {
			t.Errorf("track %+v is not whole", track)
		}
		for _, section := range track.Sections {
			for _, pattern := range section.Notebooks {
				found, err := fs.Glob(course(t), pattern)
				if err == nil && len(found) == 0 {
					found, err = fs.Glob(course(t), pattern+".*")
				}
				if err != nil || len(found) == 0 {
					t.Errorf("track %s, section %s: %q names nothing; %v", track.ID, section.Name, pattern, err)
				}
				for _, name := range found {
					listed[name] = true
				}
			}
		}
	}
	for _, name := range notebooks(t) {
		if !listed[name] {
			t.Errorf("%s is on no track", name)
		}
	}
}

// beside finds what notebooks use of the folders that links lead to.
var beside = regexp.MustCompile(`\b(?:data|media)/[\w.-]+`)

func TestWhatNotebooksUseIsThere(t *testing.T) {
	links := map[string]string{}
	for _, mapping := range readSettings(t).StaticMappings {
		links[mapping.Source] = mapping.Destination
		if !exists(course(t), mapping.Destination) {
			t.Errorf("mapping %+v leads nowhere", mapping)
		}
	}
	used := map[string]bool{}
	for _, name := range notebooks(t) {
		for _, reference := range beside.FindAllString(read(t, name), -1) {
			link, rest, _ := strings.Cut(reference, "/")
			used[link] = true
			if destination, mapped := links[link]; !mapped || !exists(course(t), destination+"/"+rest) {
				t.Errorf("%s uses %s, which is not there", name, reference)
			}
		}
		used["modules"] = used["modules"] || strings.Contains(read(t, name), "from tour import")
	}
	for _, folder := range []string{"data", "media", "modules"} {
		if !used[folder] {
			t.Errorf("no notebook uses %s", folder)
		}
	}
	if !exists(course(t), "modules/tour/__init__.py") {
		t.Error("the module tour is missing")
	}
}

func TestCourseIsPlainFiles(t *testing.T) {
	err := fs.WalkDir(course(t), ".", func(name string, entry fs.DirEntry, err error) error {
		base := path.Base(name)
		if name != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "__pycache__")) {
			t.Errorf("%s does not belong into the course", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "course")
	if err := demo.Write(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range notebooks(t) {
		written, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || string(written) != read(t, name) {
			t.Errorf("%s: %v, or it differs", name, err)
		}
	}
	if err := demo.Write(dir); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second time: %v, want fs.ErrExist", err)
	}
}
