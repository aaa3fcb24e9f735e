package workspace

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// names gives the names of one folder forms that every program can unpack, and
// each its own.
type names map[string]bool

func newNames(entries []entry) names {
	taken := names{}
	for _, e := range entries {
		taken[e.name] = true
	}
	return taken
}

// of returns name, or where other systems would stumble over it a like one that
// nothing else has.
func (n names) of(name string) string {
	plain := plainName(name)
	for plain != name && n[plain] {
		plain += "_"
	}
	n[plain] = true
	return plain
}

// plainName writes bytes that are no text, control characters, and what is a
// separator elsewhere, as %XX.
func plainName(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); {
		r, size := utf8.DecodeRuneInString(name[i:])
		if r == utf8.RuneError && size == 1 || unicode.IsControl(r) || r == '\\' {
			for _, c := range []byte(name[i : i+size]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		} else {
			b.WriteString(name[i : i+size])
		}
		i += size
	}
	return b.String()
}

// Why something is not in a zip, in French and in English.
const (
	unreadable  = "illisible / cannot be read"
	incomplete  = "incomplet : erreur de lecture / incomplete: reading failed"
	noFile      = "ni un fichier ni un dossier / neither a file nor a folder"
	tooDeep     = "trop profond / too deep"
	tooMany     = "trop de fichiers / too many files"
	mostlyHoles = "taille démesurée / out of all proportion"
)

// maxLeftOut is how many of them are named.
const maxLeftOut = 1000

// leftOut is what is not in a zip.
type leftOut struct {
	lines []string
	more  int
}

func (l *leftOut) add(name, why string) {
	if len(l.lines) == maxLeftOut {
		l.more++
		return
	}
	l.lines = append(l.lines, name+": "+why)
}

// tellLeftOut adds the file that names what was left out, if anything was.
func (z *zipping) tellLeftOut() error {
	if len(z.left.lines) == 0 {
		return nil
	}
	out, err := z.out.Create("LISEZMOI-README.txt")
	if err != nil {
		return err
	}
	lines := z.left.lines
	if z.left.more > 0 {
		lines = append(lines, fmt.Sprintf("… + %d", z.left.more))
	}
	_, err = io.WriteString(out, "Ne sont pas dans cette archive :\nNot in this archive:\n\n"+strings.Join(lines, "\n")+"\n")
	return err
}
