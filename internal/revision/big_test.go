package revision_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

// manyNames are names with which programs have trouble.
var manyNames = []string{
	"with space", "caf\u00e9", "cafe\u0301", `quote"'`, "100%", "#1", "what?", "a+b", "new\nline", "UPPER", "upper", "-dash", "back\\slash",
	"<&>", "$(x)", "*", "[a]", "~", "\xff", "\u202e", "日本語",
}

// importMany makes a commit of n data files, most of which are alike.
func importMany(a gittest.Author, n int) {
	a.T.Helper()
	var out strings.Builder
	fmt.Fprint(&out, "commit refs/heads/main\ncommitter A <a@example.org> 1000000000 +0000\ndata 3\nbig\n")
	for i := range n {
		content := "all alike"
		if i%4 == 0 {
			content = fmt.Sprint("file ", i)
		}
		fmt.Fprintf(&out, "M 100644 inline %s\ndata %d\n%s\n", quoted(fmt.Sprintf("data/d%03d/%s %d", i/1000, manyNames[i%len(manyNames)], i)), len(content), content)
	}
	gittest.Import(a.T, a.Dir, out.String())
}

// quoted writes a path as git fast-import reads it.
func quoted(path string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(path) + `"`
}

// TestAHundredThousandFiles has more files of one content than a file can have
// links on ext4.
func TestAHundredThousandFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	const n = 100_000
	a := gittest.NewAuthor(t)
	importMany(a, n)
	s := newSiteAt(t, sitetest.OnDisk(t)) // in memory, links are not counted
	used := peak(func() { s.create(a.Dir) })
	if files := s.Files("static/tour"); len(files) != n {
		t.Fatalf("%d files", len(files))
	}
	for _, i := range []int{0, 1, 8, 14, 18, n - 1, n - 4} {
		want := "all alike"
		if i%4 == 0 {
			want = fmt.Sprint("file ", i)
		}
		if got := s.Read(fmt.Sprintf("static/tour/data/d%03d/%s %d", i/1000, manyNames[i%len(manyNames)], i)); got != want {
			t.Errorf("file %d: %q", i, got)
		}
	}
	a.Git("read-tree", "HEAD")
	a.Git("update-index", "--add", "--cacheinfo", "100644,"+a.Object("1")+",data/one more")
	a.Git("commit", "--quiet", "--message=one more")
	used = max(used, peak(func() { s.pull() }))
	if files := s.Files("static/tour"); len(files) != n+1 {
		t.Errorf("then %d files", len(files))
	}
	t.Logf("%d MB", used>>20)
	if used > 512<<20 {
		t.Errorf("it took %d MB", used>>20)
	}
	s.WantRevisions(1)
}

// peak returns the most memory that was in use during a call, in bytes.
func peak(call func()) uint64 {
	var most uint64
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	call()
	close(done)
	<-watched
	return most
}

func TestLongPathsArePublished(t *testing.T) {
	long := strings.Repeat(strings.Repeat("d", 200)+"/", 7)
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"data/" + long + "x": "long", long + "a.md": "long"})
	tooLong := a.Object("too long")
	for _, path := range []string{"data/" + strings.Repeat("x", 256), "data/" + long + long + "x"} {
		a.Git("update-index", "--add", "--cacheinfo", "100644,"+tooLong+","+path)
	}
	a.Git("commit", "--quiet", "--message=too long")
	s := newSite(t)
	s.create(a.Dir)
	s.WantFiles("static/tour", "data/"+long+"x")
	if got := s.Read(filepath.Join("courses/tour", long, "a.md")); got != "long" {
		t.Errorf("got %q", got)
	}
	if n := len(s.show().Findings); n != 2 {
		t.Errorf("%d findings: %v", n, s.show().Findings)
	}
}
