package sqlite

import (
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/nbhosting/nbhosting"
)

// explain puts into words, in place, that nothing can be written at the moment:
// another program has the file locked, or the disk is full or broken. What stands in
// the file can be read all the same.
func explain(err *error) {
	failure, ok := errors.AsType[*sqlite.Error](*err)
	if !ok {
		return
	}
	switch failure.Code() & 0xff { // the rest tells more precisely what happened
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		*err = nbhosting.Because(*err, nbhosting.Unavailable, "This site cannot write anything down at the moment: its disk is full, or its database is in use. Try again in a minute; if that does not help, tell your teacher.")
	}
}
