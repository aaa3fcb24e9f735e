"""Runs the tracks.py of a course, and writes what it returns as JSON.

It stands in for the module nbhosting.courses that such files import. The
request comes from standard input; the answer goes to what is standard output
at the beginning, while all that tracks.py prints goes to standard error.
Whoever reads the answer must not trust it: tracks.py can reach all that is here.
"""

import base64
import inspect
import json
import os
import re
import sys
import types
from pathlib import Path

DEFAULT_TRACK = "course"
MAX_UNMATCHED = 500
MAX_TEXT = 500

answer_to = os.dup(1)
os.dup2(2, 1)

request = json.load(sys.stdin.buffer)
filename = request["file"]
unmatched = []  # patterns without a notebook


class WrongAnswer(Exception):
    """What tracks() returns is not what it should."""


# What tracks.py imports.


class CourseDir:
    def __init__(self, coursename):
        self.coursename = coursename
        self.notebooks_dir = Path("/courses") / coursename
        self.git_dir = Path("/courses-git") / coursename


class Notebook:
    def __init__(self, coursedir, path):
        self.coursedir = coursedir
        self.path = Path(path)

    def absolute(self):
        return self.coursedir.notebooks_dir / self.path

    def __repr__(self):
        return f"Notebook({str(self.path)!r})"


class Section:
    def __init__(self, name, coursedir, notebooks):
        self.name = name
        self.coursedir = coursedir
        self.notebooks = notebooks


class Sections:
    def __init__(self, coursedir, sections):
        self.coursedir = coursedir
        self.sections = sections


class Track:
    def __init__(self, coursedir, sections, *, name="default", description="no description", id=None, id_=None):
        self.coursedir = coursedir
        self.sections = sections
        self.name = name
        self.description = description
        self.id = id if id is not None else id_


def notebooks_by_pattern(coursedir, pattern):
    pattern = str(pattern)
    if pattern.rstrip("/").split("/")[-1] == "**":
        note_unmatched(pattern)
        return []
    # What these mean differs from one Python to the other.
    plain = "/".join(c if c == "**" else re.sub(r"\*\*+", "*", c) for c in pattern.split("/"))
    for tried in (plain, plain + ".*"):
        found = matches(tried)
        if found:
            return [Notebook(coursedir, path) for path in found]
    note_unmatched(pattern)
    return []


def notebooks_by_patterns(coursedir, patterns):
    if isinstance(patterns, str):
        patterns = [patterns]
    return [notebook for pattern in patterns for notebook in notebooks_by_pattern(coursedir, pattern)]


def sections_by_directory(coursedir, notebooks, dir_labels=None, directory_labels=None):
    labels = directory_labels or dir_labels or {}
    by_directory = {}
    for notebook in notebooks:
        if not isinstance(notebook, Notebook):
            notebook = Notebook(coursedir, notebook)
        directory = os.path.dirname(relative(notebook.path)) or "."
        by_directory.setdefault(directory, []).append(notebook)
    return Sections(coursedir, [
        Section(labels.get(directory, directory), coursedir, by_directory[directory])
        for directory in sorted(by_directory, key=lambda path: Path(path).parts)])


def track_by_directory(coursedir, notebooks=(), *, name="", description="no description",
                       directory_labels=None, dir_labels=None, id=None, id_=None):
    sections = sections_by_directory(coursedir, notebooks, dir_labels, directory_labels)
    return Track(coursedir, sections.sections, name=name, description=description, id=id, id_=id_)


def generic_track(coursedir):
    notebooks = [Notebook(coursedir, path) for path in request["listed"]]
    return track_by_directory(coursedir, notebooks, name=request["generic"]["name"],
                              description=request["generic"]["description"])


PUBLIC = [CourseDir, Notebook, Section, Sections, Track, notebooks_by_pattern, notebooks_by_patterns,
          sections_by_directory, track_by_directory, generic_track]


# What they need.


def relative(path):
    """A path from the top of the notebooks, as a text."""
    path = str(path)
    top = str(coursedir.notebooks_dir) + "/"
    return path[len(top):] if path.startswith(top) else path


def matches(pattern):
    found = {path.relative_to(coursedir.notebooks_dir) for path in coursedir.notebooks_dir.glob(pattern)
             if path.suffix in request["extensions"] and path.is_file()}
    return sorted(found, key=lambda path: path.parts)


def note_unmatched(pattern):
    if len(unmatched) < MAX_UNMATCHED:
        unmatched.append({"pattern": pattern[:MAX_TEXT], "line": line_of_caller()})


def line_of_caller():
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_filename == filename:
            return frame.f_lineno
        frame = frame.f_back
    return 0


def line_of(error):
    line, traceback = 0, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == filename:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


# From what tracks() returns to what is written.


def kind(value):
    return type(value).__name__


def plain_tracks(value):
    if isinstance(value, dict):
        return [plain_track(track, name) for name, track in value.items()]
    if isinstance(value, Track):
        return [plain_track(value)]
    if isinstance(value, Sections):
        return [plain_track(value, DEFAULT_TRACK)]
    if isinstance(value, (list, tuple, types.GeneratorType)):
        return [plain_track(track) for track in value]
    raise WrongAnswer(f"it returns a value of the type {kind(value)}")


def plain_track(value, name=None):
    if name is not None and isinstance(value, (Sections, list, tuple)):
        value = Track(None, value)
    if not isinstance(value, Track):
        raise WrongAnswer(f"what it returns holds a value of the type {kind(value)} in place of a Track")
    sections = listed(value.sections.sections if isinstance(value.sections, Sections) else value.sections, "a track", "sections")
    return {"id": text(value.id), "name": text(value.name if name is None else name),
            "description": text(value.description), "sections": [plain_section(section) for section in sections]}


def plain_section(section):
    if not isinstance(section, Section):
        raise WrongAnswer(f"a track holds a value of the type {kind(section)} in place of a Section")
    notebooks = listed(section.notebooks, "a section", "notebooks")
    return {"name": text(section.name), "notebooks": [plain_notebook(notebook) for notebook in notebooks]}


def listed(value, where, what):
    """What is meant as a list; a text would pass for one of characters."""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise WrongAnswer(f"{where} holds a value of the type {kind(value)} in place of a list of {what}")
    return value


def plain_notebook(notebook):
    path = notebook.path if isinstance(notebook, Notebook) else notebook
    if not isinstance(path, (str, Path)):
        raise WrongAnswer(f"a section holds a value of the type {kind(path)} in place of a Notebook")
    return relative(path if isinstance(path, Path) else Path(path))


def text(value):
    return "" if value is None else str(value)


def load():
    """The function tracks of tracks.py, or a failure."""
    try:
        code = compile(base64.b64decode(request["text"]), filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        return None, {"kind": "syntax", "line": error.lineno or 0, "text": text(error.msg)}
    except ValueError as error:
        return None, {"kind": "syntax", "line": 0, "text": text(error)}
    module = types.ModuleType("tracks")
    module.__file__ = filename
    sys.modules["tracks"] = module
    exec(code, module.__dict__)
    if not callable(getattr(module, "tracks", None)):
        return None, {"kind": "no-function", "line": 0, "text": ""}
    return module.tracks, None


def call(function):
    try:
        inspect.signature(function).bind(coursedir)
    except TypeError:
        return function()
    return function(coursedir)


def answer():
    try:
        function, failure = load()
        if failure is not None:
            return {"failure": failure}
        return {"tracks": plain_tracks(call(function)), "unmatched": unmatched}
    except MemoryError as error:
        return {"failure": {"kind": "memory", "line": line_of(error), "text": ""}}
    except WrongAnswer as error:
        return {"failure": {"kind": "answer", "line": line_of(error), "text": str(error)}}
    except BaseException as error:  # SystemExit is one
        try:
            said = f"{kind(error)}: {error}".strip(": ")
        except Exception:
            said = kind(error)
        if not sys.base_prefix.startswith("/usr"):
            said = said.replace(sys.base_prefix, "python")  # where it is concerns nobody
        return {"failure": {"kind": "exception", "line": line_of(error), "text": said[:MAX_TEXT]}}


coursedir = CourseDir(request["course"])
package = types.ModuleType("nbhosting")
package.__path__ = []
package.courses = types.ModuleType("nbhosting.courses")
package.courses.DEFAULT_TRACK = DEFAULT_TRACK
for thing in PUBLIC:
    setattr(package.courses, thing.__name__, thing)
sys.modules["nbhosting"] = package
sys.modules["nbhosting.courses"] = package.courses

with os.fdopen(answer_to, "w", encoding="ascii") as out:
    json.dump(answer(), out)
os._exit(0)  # whatever tracks.py has left running
