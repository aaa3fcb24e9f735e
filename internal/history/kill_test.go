package history_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

// noise returns bytes that cannot be compressed.
func noise(seed uint64, size int) []byte {
	text := make([]byte, size)
	r := rand.New(rand.NewPCG(seed, 2))
	for i := range text {
		text[i] = byte(r.Uint32())
	}
	return text
}

// killEnv makes the test program keep versions until it is killed: the directory
// of the history, and the number of the first version.
const killEnv = "NBHOSTING_TEST_KEEP"

// numbered is the content of a version that the killed program keeps, and when.
func numbered(i int) ([]byte, time.Time) {
	content := fmt.Appendf(nil, "%s version %d %s %x", strings.Repeat("same\n", 500), i, strings.Repeat("same\n", 500), noise(uint64(i), i%300))
	return content, noon.Add(time.Duration(i) * 7 * time.Minute)
}

// killNow is when the killed program thins: of the first two days of versions, the last of each hour stay.
var killNow = noon.Add(3 * 24 * time.Hour)

func keepUntilKilled() {
	dir, first, found := strings.Cut(os.Getenv(killEnv), "\n")
	if !found {
		return
	}
	s, err := history.Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		panic(err)
	}
	i, err := strconv.Atoi(first)
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	go func() {
		for {
			if err := s.Thin(ctx, killNow); err != nil {
				panic(err)
			}
		}
	}()
	for ; ; i++ {
		content, when := numbered(i)
		v, err := s.Keep(ctx, alice, intro, content, history.Note{Why: history.Save, Time: when})
		if err != nil {
			panic(err)
		}
		fmt.Println(i, v.ID)
	}
}

// keepAndDie runs keepUntilKilled, and kills it once it has said that so many versions are kept.
func keepAndDie(t *testing.T, dir string, first, most int) (ids map[int]string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s\n%d", killEnv, dir, first))
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ids = map[int]string{}
	said := bufio.NewScanner(out)
	for said.Scan() {
		number, id, _ := strings.Cut(said.Text(), " ")
		n, err := strconv.Atoi(number)
		if err != nil {
			t.Fatalf("it said %q", said.Text())
		}
		ids[n] = id
		if len(ids) == most {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("it ended by itself: %v", cmd.ProcessState)
	}
	return ids
}

// TestKilledWhileKeepingAndThinning kills the program again and again: every
// version that it said was kept is there, unless it was thinned.
func TestKilledWhileKeepingAndThinning(t *testing.T) {
	for name, dir := range map[string]string{"in memory": t.TempDir(), "on the disk": sitetest.OnDisk(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(5, 5))
			acknowledged, begun := map[int]string{}, map[int]bool{}
			next := 0
			for range 15 {
				ids := keepAndDie(t, dir, next, 1+r.IntN(80))
				for i, id := range ids {
					acknowledged[i], begun[i] = id, true
					next = max(next, i+1)
				}
				begun[next] = true // and perhaps kept as well
				next++
				wantAfterKill(t, open(t, dir), acknowledged, begun)
			}
			s := open(t, dir)
			if err := s.Thin(t.Context(), killNow); err != nil {
				t.Fatal(err)
			}
			wantAfterKill(t, s, acknowledged, begun)
			if left, err := filepath.Glob(filepath.Join(dir, "*/*/*")); err != nil || len(left) != 1 {
				t.Errorf("files are left: %q, %v", left, err)
			}
		})
	}
}

func wantAfterKill(t *testing.T, s *history.Store, acknowledged map[int]string, begun map[int]bool) {
	t.Helper()
	numbers := map[string]int{}
	for i := range begun {
		_, when := numbered(i)
		numbers[when.Format(time.RFC3339)] = i
	}
	there, last := map[int]bool{}, -1
	for _, v := range versions(t, s) {
		i, ok := numbers[v.Time.Format(time.RFC3339)]
		if !ok || i <= last {
			t.Fatalf("version %d, %+v, after %d", i, v, last)
		}
		there[i], last = true, i
		content, _ := numbered(i)
		wantContent(t, s, v.ID, string(content))
	}
	for i, id := range acknowledged {
		_, when := numbered(i)
		thinned := false
		for j := i + 1; j < i+10; j++ {
			_, later := numbered(j)
			thinned = thinned || begun[j] && later.Truncate(time.Hour).Equal(when.Truncate(time.Hour)) && killNow.Sub(when) > 24*time.Hour
		}
		if !thinned && !there[i] {
			t.Fatalf("version %d (%s) is lost", i, id)
		}
	}
}
