package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTryLeavesAllAsItIs tries databases that another program uses: of this
// version, of an older one, of a newer one.
func TestTryLeavesAllAsItIs(t *testing.T) {
	for name, c := range map[string]struct {
		scripts  []string
		migrates bool
		fails    string
	}{
		"the same": {migrations(), false, ""},
		"older":    {migrations()[:1], true, ""},
		"newer":    {append(migrations(), "CREATE TABLE later (x)"), false, "newer nbhosting"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "db")
		other, err := sql.Open("sqlite", dsn(path, "immediate"))
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		if err := migrate(t.Context(), other, c.scripts); err != nil {
			t.Fatal(err)
		}
		migrates, err := Try(t.Context(), path, path+".try")
		if migrates != c.migrates || (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("%s: migrates %t, %v", name, migrates, err)
		}
		var version int
		if err := other.QueryRowContext(context.Background(), "PRAGMA user_version").Scan(&version); err != nil || version != len(c.scripts) {
			t.Errorf("%s: it is of version %d now, was of %d, %v", name, version, len(c.scripts), err)
		}
		if left, _ := filepath.Glob(path + ".try*"); len(left) > 0 {
			t.Errorf("%s: left are %v", name, left)
		}
	}
}

func TestWhatIsTriedIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := snapshot(t.Context(), path, path+".copy"); err != nil {
		t.Fatal(err)
	}
	if fi, err := os.Stat(path + ".copy"); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
}

// TestACopyHasWhatIsNotInTheFileYet copies a database that others have open, whose
// last changes are in its log.
func TestACopyHasWhatIsNotInTheFileYet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	db, err := sql.Open("sqlite", dsn(path, "deferred"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE a (b); INSERT INTO a VALUES (7); PRAGMA user_version = 3"); err != nil {
		t.Fatal(err)
	}
	for _, before := range []string{"", "-wal"} { // of an earlier copy
		if err := os.WriteFile(path+".copy"+before, []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := Copy(t.Context(), path, path+".copy"); err != nil {
		t.Fatal(err)
	}
	copied, err := sql.Open("sqlite", dsn(path+".copy", "deferred"))
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	var b, version int
	err = errors.Join(copied.QueryRow("SELECT b FROM a").Scan(&b), copied.QueryRow("PRAGMA user_version").Scan(&version))
	if err != nil || b != 7 || version != 3 {
		t.Errorf("got %d, version %d, %v", b, version, err)
	}
	if fi, err := os.Stat(path + ".copy"); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
}
