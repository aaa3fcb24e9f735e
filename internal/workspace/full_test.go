package workspace_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/workspace"
	"github.com/nbhosting/nbhosting/internal/workspace/workspacetest"
)

// TestFullDisk does all that writes on a disk with hardly any room, or with no
// room for one more name.
func TestFullDisk(t *testing.T) {
	big := strings.Repeat("0123456789", 20_000)
	writes := map[string]func(s *workspacetest.Site, w workspace.Workspace) error{
		"copy": func(_ *workspacetest.Site, w workspace.Workspace) error {
			f, err := fstest.MapFS{"nb": {Data: []byte(big)}}.Open("nb")
			if err != nil {
				return err
			}
			_, err = w.Copy(f, "w1/new.ipynb")
			return err
		},
		"replace": func(s *workspacetest.Site, w workspace.Workspace) error {
			return w.Replace(workspacetest.Notebook, []byte(big), workspace.ReplaceOptions{Keep: s.Keep})
		},
		"make": func(s *workspacetest.Site, w workspace.Workspace) error {
			return w.Replace("w2/new.ipynb", []byte(big), workspace.ReplaceOptions{Keep: s.Keep})
		},
		"clone": func(s *workspacetest.Site, w workspace.Workspace) error {
			r := newRepository()
			r.commits["c1"]["big.md"] = big
			return s.Workspaces.Clone(s.Context(), w, r)
		},
		"link": func(_ *workspacetest.Site, w workspace.Workspace) error {
			return w.Link(workspacetest.Notebook, "/static", []nbhosting.StaticMapping{{Source: "data", Destination: strings.Repeat("d", 3000)}})
		},
	}
	fill := map[string]func(s *workspacetest.Site) error{
		"no room": func(s *workspacetest.Site) error {
			return s.AsStudent(func() error { return os.WriteFile(s.Path("rest"), make([]byte, 1<<20), 0o644) })
		},
		"little room": func(s *workspacetest.Site) error {
			return s.AsStudent(func() error { return os.WriteFile(s.Path("rest"), make([]byte, 400<<10), 0o644) })
		},
		"no more names": func(s *workspacetest.Site) error {
			return s.AsStudent(func() error {
				for n := range 1000 {
					if err := os.WriteFile(s.Path(fmt.Sprintf("file %d", n)), nil, 0o644); err != nil {
						return err
					}
				}
				return errors.New("there is always one more")
			})
		},
	}
	for name, write := range writes {
		for how, filled := range fill {
			t.Run(name+" with "+how, func(t *testing.T) {
				s := workspacetest.NewAt(t, t.TempDir(), workspacetest.SmallDisk(t, "size=512k,nr_inodes=300")+"/students")
				w := s.Workspace()
				if err := s.AsStudent(func() error {
					return errors.Join(os.Mkdir(s.Path("w1"), 0o755), os.WriteFile(s.Path(workspacetest.Notebook), []byte("my work"), 0o644))
				}); err != nil {
					t.Fatal(err)
				}
				if err := filled(s); err != nil && !errors.Is(err, unix.ENOSPC) {
					t.Fatal(err)
				}
				s.Remember()
				err := write(s, w)
				if err != nil && nbhosting.KindOf(err) != nbhosting.Unavailable {
					t.Errorf("got %v", err)
				}
				if err == nil && name != "link" {
					t.Error("there was room")
				}
				s.CheckOutside()
				s.CheckNothingLost()
				s.CheckNoLeftovers()
				if err != nil && name != "clone" { // of which there may be a part, to go on from
					s.CheckNothingNew()
				}
			})
		}
	}
}
