package e2e_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestAFullDisk fills the disk with all that the site has: servers that run are
// opened as ever, a save is done or refused, what needs room is refused with a sentence.
func TestAFullDisk(t *testing.T) {
	s := newSite(t, runtimes["process"](t)+quick, tour(t))
	s.moveToSmallDisk()
	if err := s.works("alice"); err != nil {
		t.Fatal(err)
	}
	before := s.serverOf("alice")
	filler := filepath.Join(s.root(), "filler")
	fill(t, filler)
	url, err := s.tryOpen("w1/intro", "alice")
	if err != nil || s.serverOf("alice") != before {
		t.Errorf("a server that runs: %v, now %v", err, s.serverOf("alice"))
	}
	if err == nil {
		// Larger than what is there, and than what is left of the last block.
		saved := trySave(s.base(url), intro, strings.Repeat("too large for this disk ", 1000))
		text, err := os.ReadFile(s.workspace("alice", intro))
		if saved == nil && !strings.Contains(string(text), "too large for this disk") || err != nil || saved != nil && !strings.Contains(string(text), "works = ") {
			t.Errorf("the save said %v, the file is %.200q, %v", saved, text, err)
		}
	}
	if _, err := s.tryOpen("w1/intro", "bob"); err == nil || !strings.Contains(err.Error(), "disk") {
		t.Errorf("a new student: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	s.eventually("all work", func() bool { return s.works("alice") == nil && s.works("bob") == nil })
	s.awaitAgreement(s.processes)
}

// moveToSmallDisk moves all that a site has to a small disk.
func (s *site) moveToSmallDisk() {
	s.t.Helper()
	s.stop()
	old := s.root() + ".old"
	err := errors.Join(os.Rename(s.root(), old), os.Mkdir(s.root(), 0o755))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", s.root(), "tmpfs", 0, "size=64m,mode=755"); err != nil {
		lacking(s.t, "a small disk", err)
	}
	if out, err := exec.Command("cp", "-a", old+"/.", s.root()).CombinedOutput(); err != nil {
		s.t.Fatalf("%v\n%s", err, out)
	}
	s.serve()
}

// fill writes until there is no room.
func fill(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for size := 1 << 20; size > 0; size /= 2 {
		for err == nil {
			_, err = file.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		err = nil
	}
}
