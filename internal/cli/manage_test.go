package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/cli"
)

// manage runs a command of nbh-manage that has to succeed.
func manage(t *testing.T, args ...string) string {
	t.Helper()
	r := called(t.Context(), cli.Program{Name: "/usr/bin/nbh-manage"}, args...)
	if r.code != 0 || r.stderr != "" {
		t.Fatalf("nbh-manage %q: got %d\n%s%s", args, r.code, r.stdout, r.stderr)
	}
	return r.stdout
}

// TestWhatNbhManageAsks has every command that is there, as it was called in 2019 and later.
func TestWhatNbhManageAsks(t *testing.T) {
	f := newFakeAPI(t)
	f.answers["GET /api/courses/py"] = `{"name": "py", "builds": [
		{"id": "book", "name": "The book", "script": "make"}, {"id": "notes", "name": "Notes", "script": "make"}, {"id": "link", "name": "Link"}]}`
	f.answers["GET /api/courses/py/image"] = `{"image": "py"}`
	f.answers["GET /api/courses/bio/image"] = `{"image": "bio"}`
	f.answers["GET /api/courses/python3/image"] = `{"image": "py"}`
	f.answers["GET /api/servers"] = `[{"course": "py", "student": "alice"}, {"course": "bio", "student": "bob"}]`
	pull := func(names ...string) (calls []string) {
		for _, name := range names {
			calls = append(calls, "POST /api/courses/"+name+"/pull")
		}
		return calls
	}
	build := func(noCache string, names ...string) (calls []string) {
		for _, name := range names {
			calls = append(calls, "POST /api/courses/"+name+`/image {"no_cache":`+noCache+"}")
		}
		return calls
	}
	for _, c := range []struct {
		command string
		want    []string
		shown   string
	}{
		{"course-create -i lab/bio new /repo", []string{`POST /api/courses {"name":"new","giturl":"/repo","image":"lab/bio","branch":""}`}, "log of"},
		{"course_create new /repo", []string{`POST /api/courses {"name":"new","giturl":"/repo","image":"","branch":""}`}, "log of"},
		{"course-pull-from-git py", pull("py"), "log of"},
		{"course-pull-from-git -a", pull("bio", "py", "python3"), "== all 3 done"},
		{"course_pull_from_git py bio", pull("bio", "py"), "== py"},
		{"course-pull", pull("bio", "py", "python3"), "== bio"},
		{"course-pull py", pull("py", "python3"), "== python3"},
		{"course-pull *", pull("bio", "py", "python3"), ""},
		{"course-pull ^p.*n", pull("python3"), "log of"},
		{"course-pull *thon*", pull("python3"), "log of"},
		{"course-pull b[ia]*o py.*3", pull("bio", "python3"), ""},
		{"course-pull old-py", []string{"POST /api/courses/old-py/pull"}, ""},
		{"course-auto-pull -a", pull("bio", "python3"), ""},
		{"course-auto-pull py python3", pull("python3"), ""},
		{"course_auto_pull py", nil, "no course of these is pulled automatically\n"},
		{"course-build-image py", build("false", "py"), ""},
		{"course-build-image -f yth", build("true", "python3"), ""},
		{"course-build-image -a", build("false", "bio", "py", "python3"), ""},
		{"course-build-image", build("false", "bio", "py", "python3"), ""},
		{"course-build-image -n -a", nil, "would build the image of bio\nwould build the image of py\nwould build the image of python3\n"},
		{"course-image-details p", nil, "course  python3\n"},
		{"course-list", nil, "bio\npy\npython3\n"},
		{"courses-list py", nil, "py\npython3\n"},
		{"course-list -lll old-py", nil, "NAME    IMAGE"},
		{"courses_list -l", nil, "\npython3  py  "},
		{"course-show-tracks -p py", nil, "py: 0 tracks\n"},
		{"course-rename py new", []string{`POST /api/courses/py/rename {"to":"new","force":false}`}, ""},
		{"course-delete --yes py", []string{"DELETE /api/courses/py"}, ""},
		{"course-run-build py", []string{`POST /api/courses/py/builds/book {"force":false}`, `POST /api/courses/py/builds/notes {"force":false}`}, ""},
		{"course-run-build -f py ote", []string{`POST /api/courses/py/builds/notes {"force":true}`}, ""},
		{"course-run-build py =Notes T*k", []string{`POST /api/courses/py/builds/book {"force":false}`, `POST /api/courses/py/builds/notes {"force":false}`}, ""},
		{"course-run-build -n py =Notes", nil, "would run build notes of py\n"},
		{"course-run-build -l py", nil, "link   Link      no\n"},
		{"course-destroy-student-container py alice bob", []string{"DELETE /api/servers/py/alice", "DELETE /api/servers/py/bob"}, ""},
		{"containers -c -i -p 5", nil, "py      alice"},
		{"containers bio-x-*", nil, "bio     bob"},
		{"build-core-images", []string{`POST /api/images/core {"base":"","names":[],"no_cache":false}`}, ""},
		{"build-images -f -t latest scipy-notebook", []string{`POST /api/images/core {"base":"","names":["scipy-notebook"],"no_cache":true}`}, ""},
		{"build_core_images -n", nil, "would build nbhosting/minimal-notebook\nwould build nbhosting/scipy-notebook\n"},
	} {
		shown := manage(t, append([]string{"--config", f.file}, strings.Fields(c.command)...)...)
		if diff := cmp.Diff(c.want, f.called()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.command, diff)
		}
		if !strings.Contains(shown, c.shown) {
			t.Errorf("%s: %q is not in\n%s", c.command, c.shown, shown)
		}
	}
}

func TestWhatNbhManageRefuses(t *testing.T) {
	f := newFakeAPI(t)
	for command, want := range map[string]string{
		"course-pull chemistry":        "There is no course",
		"course-pull-from-git hem":     "There is no course",
		"course-list -g staff":         "leave out -g",
		"course-list -i":               "leave out -i",
		"course-delete -p py":          "--purge",
		"course-delete -c py":          "--purge",
		"build-images -t 2024":         "leave out -t",
		"course-run-build py":          "nothing", // of the fake
		"monitor -p 5 -i 30 -d":        "monitor: “nbhosting serve” looks after",
		"mass_register -n file.csv":    "no accounts",
		"createsuperuser --noinput":    "no accounts",
		"migrate-datamodel":            "by itself",
		"shell_sitesettings":           "nbhosting config example",
		"--config /x pull-students -q": "not brought up to date",
	} {
		r := called(t.Context(), cli.Program{Name: "nbh-manage"}, append([]string{"--config", f.file}, strings.Fields(command)...)...)
		if r.code != 1 || !strings.HasPrefix(r.stderr, "nbh-manage: ") || !strings.Contains(r.stderr, want) {
			t.Errorf("%s: got %+v", command, r)
		}
	}
	for _, command := range []string{"course-pull-from-git", "course-auto-pull", "course-show-tracks", "course-build-image -a py", "course-create x"} {
		if r := called(t.Context(), cli.Program{Name: "nbh-manage"}, append([]string{"--config", f.file}, strings.Fields(command)...)...); r.code != 2 {
			t.Errorf("%s: got %+v", command, r)
		}
	}
	if got := f.called(); got != nil {
		t.Errorf("got %q", got)
	}
	r := called(t.Context(), cli.Program{Name: "nbh-manage"}, "user-list", "-l", "--json")
	if !strings.HasPrefix(r.stderr, `{"error":{"kind":"not-found","message":"user-list: `) {
		t.Errorf("got %+v", r)
	}
}

// upstreamCommands are all that the two generations of the system we replace document.
const upstreamCommands = `build-core-images build-images mass-register shell-sitesettings migrate-datamodel groups-list group-list user-list
	pull-students course-create course-rename course-delete courses-list course-list course-pull-from-git course-pull course-auto-pull
	course-build-image course-image-details course-show-tracks course-tracks course-destroy-student-container course-group
	course-run-build monitor containers migrate createsuperuser`

func TestAllOfNbhManageIsKnownAndDocumented(t *testing.T) {
	guide, err := os.ReadFile(filepath.FromSlash("../../docs/admin-guide.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(guide), "## Coming from nbh-manage")
	for _, name := range strings.Fields(upstreamCommands) {
		if !strings.Contains(table, "`"+name+"`") {
			t.Errorf("%s is not in the administrator's guide", name)
		}
		for _, name := range []string{name, strings.ReplaceAll(name, "-", "_")} {
			if help := manage(t, name, "--help"); !strings.Contains(help, "nbh-manage ") {
				t.Errorf("%s: got %s", name, help)
			}
		}
	}
	if listed := manage(t); !strings.Contains(listed, "course-pull-from-git") || !strings.Contains(listed, "mass-register") {
		t.Errorf("got\n%s", listed)
	}
	manage(t, "help")
}

func TestNbhManageOnASite(t *testing.T) {
	s := apptest.New(t)
	stop := s.Serve()
	file := configFile(t, s.Config.Root)
	repository := apptest.Repository(t, map[string]string{"a.md": ""})
	if said := manage(t, "--config", file, "course-create", "tour", repository); !strings.Contains(said, "published ") {
		t.Errorf("got %s", said)
	}
	stop()
	if err := s.App.Close(); err != nil {
		t.Fatal(err)
	}
	apptest.Commit(t, repository, map[string]string{"b.md": ""})
	if said := manage(t, "--config", file, "course-pull-from-git", "tour"); !strings.Contains(said, "published ") {
		t.Errorf("got %s", said)
	}
	if said := manage(t, "--config", file, "courses-list", "ou"); said != "tour\n" {
		t.Errorf("got %s", said)
	}
	if said := manage(t, "--config", file, "course_tracks", "to.*"); !strings.HasPrefix(said, "tour: 1 track\n") {
		t.Errorf("got %s", said)
	}
	if said := manage(t, "--config", file, "containers"); !strings.HasPrefix(said, "COURSE") {
		t.Errorf("got %s", said)
	}
}
