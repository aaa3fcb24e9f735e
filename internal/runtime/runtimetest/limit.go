package runtimetest

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

func testMemory(f *fixture) {
	if !f.LimitsMemory {
		f.Skip("the driver does not limit memory")
	}
	spec := f.spec()
	spec.Limits = runtime.Limits{MemoryBytes: 128 << 20, CPUs: 64} // more cores than any engine has is no error
	f.start(spec)
	if got, ok := f.ask(http.MethodPost, "/eat", query("mib", "16"), ""); !ok {
		f.Fatalf("the program cannot use what it may: %s", got)
	}
	if _, ok := f.ask(http.MethodPost, "/eat", query("mib", "512"), ""); ok {
		f.Fatal("the program uses more memory than it may")
	}
	now := f.awaitEnd(spec.Name)
	if f.TellsOOM && !now.OOMKilled || now.ExitCode == 0 {
		f.Errorf("ended as %+v, want a failure for lack of memory", now)
	}
}

func testPIDs(f *fixture) {
	if !f.LimitsPIDs {
		f.Skip("the driver does not limit processes")
	}
	const most, wanted = 60, 100
	spec := f.spec()
	spec.Limits.PIDs = most
	f.start(spec)
	inside := f.sees(f.dir, dirTarget) + "/child"
	pids, _ := f.ask(http.MethodPost, "/spawn", url.Values{"n": {"100"}, "socket": {inside}}, "")
	if got := len(strings.Fields(pids)); got > most {
		f.Errorf("the program started %d of %d others, where %d processes are allowed", got, wanted, most)
	}
}

func testOpenFiles(f *fixture) {
	if !f.LimitsOpenFiles {
		f.Skip("the driver does not limit open files")
	}
	const most = 345
	spec := f.spec()
	spec.Limits.OpenFiles = most
	f.start(spec)
	if got := f.self().OpenFiles; got != most {
		f.Errorf("the program may open %d files, want %d", got, most)
	}
}
