package runtimetest

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

func testRunSees(f *fixture) {
	if !f.Processes {
		f.Skip("programs are no processes")
	}
	printed, _ := f.run(f.task("self"))
	var self Self
	f.must(json.Unmarshal([]byte(printed), &self))
	if self.UID != f.UID || self.GID != f.GID || slices.Contains(self.Groups, 0) {
		f.Errorf("the program is user %d:%d of %v, want %d:%d", self.UID, self.GID, self.Groups, f.UID, f.GID)
	}
	if len(self.Addresses) > 0 {
		f.Errorf("without a network the program has the addresses %v", self.Addresses)
	}
	if !slices.Contains(self.Env, "GREETING=good morning") || self.WorkDir != f.spec().WorkDir {
		f.Errorf("the program has %q in %s", self.Env, self.WorkDir)
	}
	static, work := f.sees(f.static, staticTarget), f.sees(f.work, workTarget)
	if printed, _ := f.run(f.task("read", static+"/data")); printed != "of the course" {
		f.Errorf("read in static: %q", printed)
	}
	f.must(os.Chmod(f.static, 0o777)) // what keeps the program out is the mount, not the permissions
	if _, exit := f.run(f.task("write", static+"/theirs")); exit.Code == 0 {
		f.Error("the program can write to a mount that is read-only")
	}
	f.run(f.task("write", work+"/theirs"))
	if _, err := os.Stat(filepath.Join(f.work, "theirs")); err != nil {
		f.Errorf("written in work: %v", err)
	}
}

func testRunReadOnly(f *fixture) {
	spec := f.task("write", "")
	if !f.driver.Confined() {
		f.Skip("programs see this host's files")
	}
	spec.ReadOnlyRoot = true
	// Everybody may write to /open of the image.
	for path, fine := range map[string]bool{"/tmp/x": true, workTarget + "/x": true, "/open/x": false, staticTarget + "/x": false} {
		spec.Command[2] = path
		if printed, exit := f.run(spec); (exit.Code == 0) != fine {
			f.Errorf("writing %s: exit %d, %s", path, exit.Code, printed)
		}
	}
	spec.ReadOnlyRoot, spec.Command[2] = false, "/open/x"
	if printed, exit := f.run(spec); exit.Code != 0 {
		f.Errorf("writing /open/x in a root that can be written: exit %d, %s", exit.Code, printed)
	}
}

func testRunMemory(f *fixture) {
	spec := f.task("eat", "512")
	if !f.LimitsMemory {
		f.Skip("the driver does not limit memory")
	}
	spec.Limits.MemoryBytes = 128 << 20
	if printed, exit := f.run(spec); exit.Code == 0 || f.TellsOOM && !exit.OOMKilled {
		f.Errorf("ended as %+v, want a failure for lack of memory; printed %s", exit, printed)
	}
}

func testRunNothing(f *fixture) {
	spec := f.task()
	if f.driver.Confined() {
		spec.Image = "nbhosting-test/no-such-image"
		if _, err := f.driver.Run(f.Context(), spec, io.Discard); !errors.Is(err, runtime.ErrNoImage) {
			f.Errorf("run: %v, want ErrNoImage", err)
		}
		f.wantNothingLeft()
	}
	if f.Processes {
		spec := f.task()
		spec.Command = []string{"/no/such/program"}
		exit, err := f.driver.Run(f.Context(), spec, io.Discard)
		if err == nil && exit.Code != 126 && exit.Code != 127 {
			f.Errorf("run of no program: %+v", exit)
		}
		f.wantNothingLeft()
	}
	for name, spoil := range map[string]func(*runtime.Spec){
		"root":                  func(s *runtime.Spec) { s.UID = 0 },
		"nobody":                func(s *runtime.Spec) { s.UID = -1 },
		"no command":            func(s *runtime.Spec) { s.Command = nil },
		"a mount of nothing":    func(s *runtime.Spec) { s.Mounts[0].Source += "/no/such" },
		"a name that is a path": func(s *runtime.Spec) { s.Name = "../x" },
	} {
		spec := f.task("-exit", "0")
		spoil(&spec)
		if _, err := f.driver.Run(f.Context(), spec, io.Discard); err == nil {
			f.Errorf("%s is no error", name)
		}
		f.wantNothingLeft()
	}
}
