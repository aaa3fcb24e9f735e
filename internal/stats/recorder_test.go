package stats_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/stats"
)

// The environment makes the test binary a writer in a process of its own.
const (
	roleVariable = "STATS_TEST_ROLE"
	rootVariable = "STATS_TEST_ROOT"
)

const (
	writers        = 4
	threads        = 4
	linesPerThread = 50
	sizeLimit      = 1000 // bytes
)

func TestMain(m *testing.M) {
	root := os.Getenv(rootVariable)
	role, number, _ := strings.Cut(os.Getenv(roleVariable), " ")
	switch role {
	case "":
		os.Exit(m.Run())
	case "write":
		exit(writeMany(root, number))
	case "fill":
		exit(writeUntilFull(root))
	}
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// asProcess starts this test binary in a role.
func asProcess(t *testing.T, root, role string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), rootVariable+"="+root, roleVariable+"="+role)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd
}

func writeMany(root, number string) error {
	recorder := stats.Recorder{Root: root}
	errs := make([]error, threads)
	var group sync.WaitGroup
	for thread := range threads {
		group.Go(func() {
			for i := range linesPerThread {
				notebook := fmt.Sprintf("%s/%d/%d/%s", number, thread, i, strings.Repeat("x", i*7))
				errs[thread] = errors.Join(errs[thread], recorder.Record(context.Background(), opened(notebook)))
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// writeUntilFull records into a file that may not grow beyond sizeLimit. Each
// Record either succeeds in whole or leaves the file as it was.
func writeUntilFull(root string) error {
	signal.Ignore(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: sizeLimit, Max: sizeLimit}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	recorder, path := stats.Recorder{Root: root}, filepath.Join(root, "raw", "python3", "events.raw")
	for i := range sizeLimit {
		before, _ := os.ReadFile(path)
		failure := recorder.Record(context.Background(), opened(strconv.Itoa(i)))
		after, err := os.ReadFile(path)
		switch {
		case err != nil:
			return err
		case failure == nil:
			continue
		case !errors.Is(failure, syscall.EFBIG):
			return fmt.Errorf("failed otherwise than expected: %w", failure)
		case string(before) != string(after):
			return fmt.Errorf("failed, but %q became %q", before, after)
		}
		return nil
	}
	return errors.New("the file did not fill up")
}

func linesOf(t *testing.T, root string) []string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "raw", "python3", "events.raw"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(string(content), "\n")
}

func TestWritersOfSeveralProcesses(t *testing.T) {
	root := t.TempDir()
	var processes []*exec.Cmd
	for number := range writers {
		cmd := asProcess(t, root, "write "+strconv.Itoa(number))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		processes = append(processes, cmd)
	}
	for _, cmd := range processes {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	seen := map[string]bool{}
	lines := linesOf(t, root)
	for _, line := range lines[:len(lines)-1] {
		e, _, err := stats.ParseEvent(line)
		if err != nil || len(strings.Fields(line)) != 6 || seen[e.Notebook] {
			t.Errorf("line %q: %v, seen before: %v", line, err, seen[e.Notebook])
		}
		seen[e.Notebook] = true
	}
	if want := writers * threads * linesPerThread; len(seen) != want || lines[len(lines)-1] != "" {
		t.Errorf("%d lines, want %d; after the last: %q", len(seen), want, lines[len(lines)-1])
	}
}

func TestFullDiskLeavesWholeLines(t *testing.T) {
	root := t.TempDir()
	if err := asProcess(t, root, "fill").Run(); err != nil {
		t.Error(err)
	}
	if lines := linesOf(t, root); len(lines) < 3 || lines[len(lines)-1] != "" {
		t.Errorf("got %q", lines)
	}
}

func TestTornLineIsEnded(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "raw", "python3", "events.raw")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("2019-07-01T08:00:00 python3 a"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, notebook := range []string{"one", "two"} {
		if err := (stats.Recorder{Root: root}).Record(t.Context(), opened(notebook)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"2019-07-01T08:00:00 python3 a\n",
		"2019-11-20T08:00:00 python3 ada.lovelace one existing -\n",
		"2019-11-20T08:00:00 python3 ada.lovelace two existing -\n",
		"",
	}
	if diff := cmp.Diff(want, linesOf(t, root)); diff != "" {
		t.Error(diff)
	}
}

func TestHeldLockIsNotWaitedForForEver(t *testing.T) {
	root := t.TempDir()
	recorder := stats.Recorder{Root: root}
	if err := recorder.Record(t.Context(), opened("one")); err != nil {
		t.Fatal(err)
	}
	held, err := os.Open(filepath.Join(root, "raw", "python3", "events.raw"))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(held.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := recorder.Record(ctx, opened("two")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	if err := recorder.Record(t.Context(), opened("three")); err != nil || len(linesOf(t, root)) != 3 {
		t.Errorf("%v, lines %q", err, linesOf(t, root))
	}
}

func TestRecordRefusesWhatIsNoCourse(t *testing.T) {
	root := t.TempDir()
	for _, course := range []nbhosting.CourseName{"", "..", "a/b", "../../etc"} {
		e := opened("one")
		e.Key.Course = course
		if err := (stats.Recorder{Root: root}).Record(t.Context(), e); nbhosting.KindOf(err) != nbhosting.Invalid {
			t.Errorf("%q: got %v, want invalid", course, err)
		}
	}
	if entries, err := os.ReadDir(root); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
