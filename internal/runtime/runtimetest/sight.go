package runtimetest

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

func testListens(f *fixture) {
	spec := f.spec()
	got := f.start(spec)
	want := runtime.Endpoint{Network: "unix", Address: f.socket(), UID: f.UID}
	if got.Endpoint != want {
		f.Errorf("endpoint %+v, want %+v", got.Endpoint, want)
	}
	if got.State != runtime.Running || got.Name != spec.Name || got.StartedAt.IsZero() {
		f.Errorf("started: %+v", got)
	}
	info, err := os.Lstat(f.socket())
	f.must(err)
	if owner := int(info.Sys().(*syscall.Stat_t).Uid); owner != f.UID || info.Mode().Type() != os.ModeSocket {
		f.Errorf("the socket is a %v of user %d, want one of user %d", info.Mode(), owner, f.UID)
	}
	if self := f.self(); self.UID != f.UID || self.GID != f.GID {
		f.Errorf("the program is user %d:%d, want %d:%d", self.UID, self.GID, f.UID, f.GID)
	}
}

func testEnvironment(f *fixture) {
	f.Setenv("OURS", "secret")
	spec := f.spec()
	f.start(spec)
	self := f.self()
	if self.WorkDir != spec.WorkDir {
		f.Errorf("working directory %s, want %s", self.WorkDir, spec.WorkDir)
	}
	for _, want := range spec.Env {
		if !slices.Contains(self.Env, want) {
			f.Errorf("the environment lacks %q: %q", want, self.Env)
		}
	}
	hasPath := slices.ContainsFunc(self.Env, func(v string) bool { return strings.HasPrefix(v, "PATH=/") })
	if !hasPath || slices.Contains(self.Env, "OURS=secret") {
		f.Errorf("environment %q, want a PATH and nothing of ours", self.Env)
	}
}

func testMounts(f *fixture) {
	f.start(f.spec())
	f.must(os.WriteFile(filepath.Join(f.work, "ours"), []byte("from outside"), 0o644))
	work, static := f.sees(f.work, workTarget), f.sees(f.static, staticTarget)
	if got, ok := f.ask(http.MethodGet, "/file", query("path", work+"/ours"), ""); !ok || got != "from outside" {
		f.Errorf("read in work: %s", got)
	}
	if got, ok := f.ask(http.MethodGet, "/file", query("path", static+"/data"), ""); !ok || got != "of the course" {
		f.Errorf("read in static: %s", got)
	}
	if got, ok := f.ask(http.MethodPut, "/file", query("path", work+"/theirs"), "from inside"); !ok {
		f.Errorf("write in work: %s", got)
	}
	got, err := os.ReadFile(filepath.Join(f.work, "theirs"))
	if err != nil || string(got) != "from inside" {
		f.Errorf("written in work: %q, %v", got, err)
	}
	if !f.driver.Confined() {
		return
	}
	f.must(os.Chmod(f.static, 0o777)) // what keeps the program out is the mount, not the permissions
	if _, ok := f.ask(http.MethodPut, "/file", query("path", static+"/theirs"), "x"); ok {
		f.Error("the program can write to a mount that is read-only")
	}
	if _, ok := f.ask(http.MethodGet, "/file", query("path", f.static+"/data"), ""); ok {
		f.Error("the program sees files of this host that are not mounted")
	}
}

func testPrivileges(f *fixture) {
	if !f.Processes {
		f.Skip("programs are no processes")
	}
	f.start(f.spec())
	self := f.self()
	if os.Geteuid() == 0 && slices.Contains(self.Groups, 0) {
		f.Errorf("the program is in the groups %v", self.Groups)
	}
	if !f.driver.Confined() {
		return
	}
	if got := strings.Trim(self.Capabilities, "0"); got != "" {
		f.Errorf("the program can gain the capabilities %s", self.Capabilities)
	}
	if self.NoNewPrivileges != "1" {
		f.Error("the program can gain privileges")
	}
	if len(self.Addresses) > 0 {
		f.Errorf("without a network the program has the addresses %v", self.Addresses)
	}
}

func testLabels(f *fixture) {
	spec := f.spec()
	spec.Labels = map[string]string{"course": "c1", "with space": "é = ü", "empty": ""}
	f.start(spec)
	if diff := cmp.Diff(spec.Labels, f.inspect(spec.Name).Labels); diff != "" {
		f.Errorf("labels in Inspect: %s", diff)
	}
	all := f.list()
	if len(all) != 1 {
		f.Fatalf("%d instances, want 1", len(all))
	}
	if diff := cmp.Diff(f.inspect(spec.Name), all[0]); diff != "" {
		f.Errorf("List differs from Inspect: %s", diff)
	}
}
