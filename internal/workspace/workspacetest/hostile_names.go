package workspacetest

import (
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Names are the names of notebooks that are hard to handle.
func Names() map[string]string {
	return map[string]string{
		"composed":                "é.ipynb",
		"decomposed":              "e\u0301.ipynb",
		"from right to left":      "דף\u202egpj.ipynb",
		"emoji":                   "👩🏽‍💻.ipynb",
		"newline":                 "a\nb.ipynb",
		"no text":                 "\xff\xfe\x80.ipynb",
		"255 bytes":               strings.Repeat("é", 124) + ".ipynb",
		"spaces":                  "  a  .ipynb",
		"an option":               "--help.ipynb",
		"escapes":                 "%2e%2e%2fa%00.ipynb",
		"backslashes":             `..\..\a.ipynb`,
		"dots":                    "....ipynb",
		"markup":                  `<script>alert("1")&.ipynb`,
		"a name of ours":          ".nbhosting.ipynb",
		"no extension":            "README",
		"an extension of its own": "a." + strings.Repeat("x", 200),
	}
}

// odd has a notebook under each odd name, in a folder of that name.
func odd() []Hostile {
	all := []Hostile{
		{Name: "composed beside decomposed", File: "é.ipynb", Make: func(s *Site) error {
			return s.AsStudent(func() error {
				return errors.Join(os.WriteFile(s.Path("é.ipynb"), []byte("one"), 0o644), os.WriteFile(s.Path("e\u0301.ipynb"), []byte("the other"), 0o644))
			})
		}},
		{Name: "in a very deep folder", File: strings.Repeat("w1/", 90) + "nb.ipynb", Make: deep},
		{Name: "in a folder with too long a path", File: strings.Repeat(strings.Repeat("d", 200)+"/", 30) + "nb.ipynb", Make: func(*Site) error { return nil }},
	}
	for name, base := range Names() {
		file := base + "/" + base
		all = append(all, Hostile{Name: "name: " + name, File: file, Make: func(s *Site) error {
			return s.AsStudent(func() error {
				return errors.Join(os.Mkdir(s.Path(base), 0o755), os.WriteFile(s.Path(file), []byte("work in "+base), 0o644))
			})
		}})
	}
	return all
}

func deep(s *Site) error {
	return s.AsStudent(func() error {
		dir := s.Path(strings.Repeat("w1/", 90))
		return errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(dir+"/nb.ipynb", []byte("deep"), 0o644))
	})
}

// leftovers are of processes that were killed.
func leftovers() []Hostile {
	left := func(name string) string { return "w1/.nbhosting-GONE-" + name }
	return []Hostile{{Name: "leftovers", Make: inFolder(func(s *Site) error {
		return errors.Join(
			os.WriteFile(s.Path(Notebook), []byte("my work"), 0o644),
			os.WriteFile(s.Path(left("half")), []byte("half of a noteb"), 0o600), os.Chmod(s.Path(left("half")), 0o600|os.ModeSticky),
			os.WriteFile(s.Path(left("displaced.ipynb")), []byte("displaced work"), 0o644),
			os.WriteFile(s.Path(left("empty")), nil, 0o600),
			os.Symlink(s.Outside+"/secret", s.Path(left("link"))),
			os.Mkdir(s.Path(left("folder")), 0o755), unix.Mkfifo(s.Path(left("pipe")), 0o644),
		)
	})}}
}
