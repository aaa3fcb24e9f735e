package tracks_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// module is a tracks.py as authors write them, and what it means.
type module struct{ name, text, want string }

func modules() []module {
	return []module{
		{"specifications and comprehensions", `
# pylint: disable=c0111
from nbhosting.courses import (
    Track, Section, Notebook,
    notebooks_by_pattern, track_by_directory)

def tracks(coursedir):
    """
    the docstring that everybody copies
    """
    specs = [
        ('cours #1: intro & install', 'survol', 'intro',
         [('introduction', 'notebooks/0-[0-8]*.md'),
          ('checklist', 'notebooks/0-9*.md'),
          ]),
        ('the rest', 'all of it', None, [('types', 'notebooks/1*')]),
    ]
    return [Track(coursedir,
                  [Section(coursedir=coursedir, name=section_name,
                           notebooks=notebooks_by_pattern(coursedir, pattern))
                   for section_name, pattern in section_specs],
                  name=track_name, description=track_description, id=track_id)
            for track_name, track_description, track_id, section_specs in specs]
`, `intro|cours #1: intro & install|survol
 introduction: notebooks/0-0-intro.md, notebooks/0-1-install.md
 checklist: notebooks/0-9-checklist.md
the-rest|the rest|all of it
 types: notebooks/1-0-types.ipynb, notebooks/1-1-loops.py
`},
		{"numbers in f-strings", `
from nbhosting.courses import Track, Section, notebooks_by_pattern
def tracks(coursedir):
    names = ["preface", "types", "none"]
    book = Track(
        coursedir,
        [Section(coursedir=coursedir, name=name,
                 notebooks=notebooks_by_pattern(coursedir, f"w{number}/w{number}-s{1}-c{number - number + 1:01}*.ipynb"))
         for number, name in enumerate(names, 1)],
        name="book", description="complete contents")
    return [book]
`, `book|book|complete contents
 preface: w1/w1-s1-c1-start.ipynb
 types: w2/w2-s1-c1-lists.ipynb
`},
		{"by directory, with labels", `
from nbhosting.courses import notebooks_by_pattern, track_by_directory
LABELS = {'w1': "1. Prise en mains", 'w2': "2. Types de base"}
def tracks(coursedir):
    def _track(kind):
        return track_by_directory(
            coursedir, name=f"{kind} & more", description="by week",
            notebooks=notebooks_by_pattern(coursedir, f"w*/w*-s*-{kind}*.ipynb"),
            directory_labels=LABELS)
    return [_track("c"), _track("x")]
`, `c-and-more|c & more|by week
 1. Prise en mains: w1/w1-s1-c1-start.ipynb
 2. Types de base: w2/w2-s1-c1-lists.ipynb
x-and-more|x & more|by week
 1. Prise en mains: w1/w1-s1-x1-hello.ipynb
 w10: w10/w10-s1-x1-late.ipynb
`},
		{"the generic track", `
from nbhosting.courses import generic_track
def tracks(coursedir):
    track = generic_track(coursedir)
    print("printing is no answer", [s.name for s in track.sections])
    return [track]
`, `generic|generic|generated track from all ipynb's found in repo
 .: .draft.ipynb
 notebooks: notebooks/1-0-types.ipynb
 w1: w1/w1-s1-c1-start.ipynb, w1/w1-s1-x1-hello.ipynb
 w10: w10/w10-s1-x1-late.ipynb
 w2: w2/w2-s1-c1-lists.ipynb
 été: été/à faire.ipynb
`},
		{"lists put together", `
"""
This module is for nbhosting
"""
from nbhosting.courses import Track, Section, Notebook, notebooks_by_pattern, notebooks_by_patterns

def tracks(coursedir):
    first = notebooks_by_pattern(coursedir, "w1/*x*") + notebooks_by_pattern(coursedir, "w1/*")
    second = notebooks_by_patterns(coursedir, ["README", "w2/*", "notebooks/0-0*"])
    return [
        Track(coursedir, name="D1 : basics",
              sections=[Section(name="one", coursedir=coursedir, notebooks=first),
                        Section("two", coursedir, second + [Notebook(coursedir, "notebooks/1-1-loops.py")])],
              description="n/a"),
    ] + [Track(coursedir, [], name="empty", description="", id_="e")]
`, `D1-:-basics|D1 : basics|n/a
 one: w1/w1-s1-x1-hello.ipynb, w1/w1-s1-c1-start.ipynb, w1/w1-s1-x1-hello.ipynb
 two: README.md, w2/w2-s1-c1-lists.ipynb, notebooks/0-0-intro.md, notebooks/1-1-loops.py
e|empty|
`},
		{"paths and the standard library", `
import itertools, os, re
from pathlib import Path
from dataclasses import dataclass
from nbhosting.courses import Track, Section, Notebook

@dataclass
class Week:
    number: int

def week(notebook):
    return Week(int(re.match(r"w(\d+)", notebook.path.parts[0]).group(1))).number

def tracks(coursedir):
    root = coursedir.notebooks_dir
    assert isinstance(root, Path) and root.name == coursedir.coursename == "tour" and coursedir.git_dir
    found = [Notebook(coursedir, p.relative_to(root)) for p in root.glob("w*/*.ipynb")]
    found.sort(key=lambda n: (-week(n), n.path))
    sections = [Section(name=f"week {n:02}", coursedir=coursedir, notebooks=list(group))
                for n, group in itertools.groupby(found, key=week)]
    top = [Notebook(coursedir, root / name) for name in os.listdir(root) if name.endswith(".md")]
    return [Track(coursedir, sections + [Section("top", coursedir, top)], name="weeks")]
`, `weeks|weeks|no description
 week 10: w10/w10-s1-x1-late.ipynb
 week 02: w2/w2-s1-c1-lists.ipynb
 week 01: w1/w1-s1-c1-start.ipynb, w1/w1-s1-x1-hello.ipynb
 top: README.md
`},
		{"titles out of notebooks", `
import json
from nbhosting.courses import *
def title(notebook):
    with open(notebook.absolute()) as f:
        return json.load(f)["metadata"]["notebookname"]
def tracks(coursedir):
    return [Track(coursedir, [Section(title(n), coursedir, [n]) for n in sorted(notebooks_by_pattern(coursedir, "t/*"), key=title)], name="t")]
`, `t|t|no description
 Abc: t/2.ipynb
 Élan: t/1.ipynb
`},
		{"a dictionary, without parameters", `
from nbhosting.courses import Track, Section, Notebook
def tracks():
    return {"easy & short": Track(None, [Section("s", None, ["w1/w1-s1-c1-start.ipynb"])], description="d"),
            "deep": [Section("s", None, [Notebook(None, "w2/w2-s1-c1-lists.ipynb")])]}
`, `easy-and-short|easy & short|d
 s: w1/w1-s1-c1-start.ipynb
deep|deep|no description
 s: w2/w2-s1-c1-lists.ipynb
`},
		{"as before March 2019", `
from nbhosting.courses import (
    Sections, Section, Notebook,
    notebooks_by_pattern, sections_by_directory,
    DEFAULT_TRACK)

def _exos(coursedir):
    return sections_by_directory(
        coursedir, notebooks_by_pattern(coursedir, "w?/w*-s*-x*.ipynb"),
            dir_labels = {'w1': "one"})

def tracks(coursedir):
    """
    returns a dictionary that maps track names to Sections
    """
    plain = [Section(coursedir=coursedir, name="intro", notebooks=notebooks_by_pattern(coursedir, f"notebooks/{0}*.md"))]
    return {'exos': _exos(coursedir), DEFAULT_TRACK: Sections(coursedir, plain)}
`, `exos|exos|no description
 one: w1/w1-s1-x1-hello.ipynb
course|course|no description
 intro: notebooks/0-0-intro.md, notebooks/0-1-install.md, notebooks/0-9-checklist.md
`},
		{"a generator, odd names, text notebooks", `
from nbhosting.courses import Track, Section, notebooks_by_pattern
def tracks(coursedir):
    for name in ("été", "**"):
        pattern = name + "/*"
        yield Track(coursedir, [Section("à  « voir »", coursedir, notebooks_by_pattern(coursedir, pattern))],
                    name=name, description=None, id=7)
`, `7|été|
 à  « voir »: été/à faire.ipynb
7|**|
 à  « voir »: .draft.ipynb, README.md, notebooks/0-0-intro.md, notebooks/0-1-install.md, notebooks/0-9-checklist.md, notebooks/1-0-types.ipynb, notebooks/1-1-loops.py, w1/w1-s1-c1-start.ipynb, w1/w1-s1-x1-hello.ipynb, w10/w10-s1-x1-late.ipynb, w2/w2-s1-c1-lists.ipynb, été/à faire.ipynb
`},
		{"a track alone, an old way of the same", `
from nbhosting.courses import Track, Section, track_by_directory, notebooks_by_pattern
if __name__ == "__main__":
    raise SystemExit("not for you")
tracks = lambda coursedir, *, easy=True: track_by_directory(
    coursedir, notebooks_by_pattern(coursedir, "notebooks/**.md"), dir_labels={"notebooks": "N"})
`, `default|default|no description
 N: notebooks/0-0-intro.md, notebooks/0-1-install.md, notebooks/0-9-checklist.md
`},
	}
}

func TestModules(t *testing.T) {
	c := python()
	c["t/1.ipynb"] = `{"metadata": {"notebookname": "Élan"}}`
	c["t/2.ipynb"] = `{"metadata": {"notebookname": "Abc"}}`
	c["data/table.csv"] = ""
	for _, m := range modules() {
		t.Run(m.name, func(t *testing.T) {
			c := c
			if m.name == "the generic track" || m.name == "a generator, odd names, text notebooks" {
				c = python()
			}
			answer := c.run(t, m.text)
			if diff := cmp.Diff(m.want, outline(answer.Tracks)); diff != "" {
				t.Errorf("(-want +got):\n%s%s", diff, findings(answer.Findings))
			}
		})
	}
}
