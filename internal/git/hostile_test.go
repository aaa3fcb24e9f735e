package git_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// poison gives a repository every hook and every configured program that might
// run for somebody who clones or reads it. Each would leave a mark in trap.
func poison(t *testing.T, gitDir, trap string) {
	t.Helper()
	script := filepath.Join(filepath.Dir(trap), "spring")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho \"$0 $@\" >>'"+trap+"'\nexit 0\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	hooks := filepath.Join(gitDir, "hooks")
	if err := os.MkdirAll(hooks, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, hook := range []string{"post-checkout", "reference-transaction", "post-merge", "pre-auto-gc", "post-index-change", "fsmonitor-watchman", "post-rewrite"} {
		path := filepath.Join(hooks, hook)
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if err := os.Symlink(script, path); err != nil {
			t.Fatal(err)
		}
	}
	config := fmt.Sprintf(`
[core]
	hooksPath = %[2]s
	fsmonitor = %[1]s
	sshCommand = %[1]s
	gitProxy = %[1]s
	askPass = %[1]s
	pager = %[1]s
	editor = %[1]s
	alternateRefsCommand = %[1]s
[credential]
	helper = "!%[1]s"
[uploadpack]
	packObjectsHook = %[1]s
[remote "origin"]
	uploadpack = %[1]s
	vcs = ext
[log]
	showSignature = true
[gpg]
	program = %[1]s
[filter "x"]
	smudge = %[1]s
	process = %[1]s
[diff "x"]
	textconv = %[1]s
	command = %[1]s
[gc]
	auto = 1
[url "ext::%[1]s "]
	insteadOf = http://
[alias]
	fetch = "!%[1]s"
	upload-pack = "!%[1]s"
`, script, hooks)
	path := filepath.Join(gitDir, "config")
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(old, config...), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestNothingOfARepositoryRuns(t *testing.T) {
	trap := filepath.Join(t.TempDir(), "sprung")
	a := newAuthor(t)
	a.commit(".gitattributes", "* filter=x diff=x\n")
	a.commit("intro.md", "hello")
	dir := a.clone()
	a.commit("next.md", "more")
	poison(t, filepath.Join(a.dir, ".git"), trap)
	poison(t, filepath.Join(dir, ".git"), trap)
	a.clone()

	r, ctx := runner(), t.Context()
	if err := r.Fetch(ctx, dir, a.dir); err != nil {
		t.Error(err)
	}
	for _, url := range []string{"http://127.0.0.1:1/course", "git://127.0.0.1:1/course", "ssh://127.0.0.1:1/course"} {
		if err := r.Fetch(ctx, dir, url); err == nil {
			t.Errorf("%s was fetched", url)
		}
	}
	if _, err := r.RemoteDefaultBranch(ctx, dir, a.dir); err != nil {
		t.Error(err)
	}
	commit := resolve(t, dir, "refs/remotes/origin/main")
	entries, err := r.Tree(ctx, dir, commit.Hash)
	if err != nil || len(entries) != 3 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	objects := []string{entries[0].Object, entries[1].Object}
	if err := r.Blobs(ctx, dir, slices.Values(objects), ignore); err != nil {
		t.Error(err)
	}
	if sprung, err := os.ReadFile(trap); err == nil {
		t.Errorf("a program of the repository ran:\n%s", sprung)
	}
}

// The host's own configuration and environment bring nothing in either.
func TestNothingOfTheHostRuns(t *testing.T) {
	home := t.TempDir()
	trap := filepath.Join(home, "sprung")
	template := filepath.Join(home, "template")
	if err := os.MkdirAll(template, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(template, "config"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	poison(t, template, trap)
	if err := os.Rename(filepath.Join(template, "config"), filepath.Join(home, ".gitconfig")); err != nil {
		t.Fatal(err)
	}
	a := newAuthor(t)
	a.commit("intro.md", "hello")
	t.Setenv("HOME", home)
	t.Setenv("GIT_TEMPLATE_DIR", template)
	t.Setenv("GIT_DIR", home)
	dir := a.clone()
	if err := runner().Fetch(t.Context(), dir, ""); err != nil {
		t.Error(err)
	}
	if sprung, err := os.ReadFile(trap); err == nil {
		t.Errorf("a program of the host's configuration ran:\n%s", sprung)
	}
	if _, err := os.Stat(filepath.Join(dir, ".git", "hooks", "post-checkout")); err == nil {
		t.Error("the clone got hooks from the host's template")
	}
}
