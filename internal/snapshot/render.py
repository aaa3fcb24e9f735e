"""Renders one notebook as a page of HTML.

Runs in the Python of a course's image, isolated ("python3 -I"), in a place that has
no network and nothing of a student's but the notebook itself. Its one argument is a file of JSON:

    notebook        path of the notebook
    format          the ending of its name: .ipynb, .md or .py
    title           of the page
    memory, cpu     what it may use: bytes of address space, seconds
    math, require   URLs of two libraries that pages load

The answer, on the standard output, is a line of JSON and then the page. The line holds
"answer": "page" or what went wrong, and in that case "detail".
"""
import json
import os
import re
import resource
import sys


def main():
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):  # what libraries print must not come in between
        os.dup2(nowhere, descriptor)
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    resource.setrlimit(resource.RLIMIT_AS, (request["memory"],) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (request["cpu"],) * 2)
    answer, page = attempt(request)
    out.write(json.dumps(answer).encode("ascii") + b"\n" + page)
    out.close()
    os._exit(0)  # tidying up would take longer than the rest


def attempt(request):
    # The image may say where else configuration and templates are.
    for name in list(os.environ):
        if name.startswith(("JUPYTER", "IPYTHON", "NBCONVERT")):
            del os.environ[name]
    try:
        return {"answer": "page"}, render(request)
    except MemoryError:
        return {"answer": "memory"}, b""
    except ImportError as error:
        return {"answer": "module", "detail": error.name or str(error)}, b""
    except Unreadable as error:
        return {"answer": "unreadable", "detail": str(error)}, b""
    except Exception as error:
        import traceback

        return {"answer": "failed", "detail": "%s: %s" % (type(error).__name__, error), "trace": traceback.format_exc()[-4000:]}, b""


class Unreadable(Exception):
    """The notebook is none."""


def render(request):
    from nbconvert.exporters import HTMLExporter
    from traitlets.config import Config

    with open(request["notebook"], encoding="utf-8", errors="replace") as file:
        text = file.read()
    notebook = read(text, request["format"])
    complete_attachments(notebook)
    exporter = HTMLExporter(
        config=Config(), template_name="lab", raw_template=template(request, text), extra_template_basedirs=[], extra_template_paths=[]
    )
    page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": request["title"], "path": ""}})
    return page.encode("utf-8", errors="replace")


def read(text, ending):
    import nbformat

    if ending != ".ipynb":
        import jupytext

        try:
            return jupytext.reads(text, fmt=ending)
        except MemoryError:
            raise
        except Exception as error:
            raise Unreadable(str(error)) from error
    try:
        return nbformat.reads(text, as_version=4)
    except MemoryError:
        raise
    except Exception as error:
        raise Unreadable(str(error)) from error


def complete_attachments(notebook):
    """Gives cells the attachments that they show and have not: nbconvert would fail."""
    for cell in notebook.cells:
        if cell.get("cell_type") != "markdown":
            continue
        for name in re.findall(r"attachment:([^)\s\"'>]+)", cell.source):
            cell.setdefault("attachments", {}).setdefault(name, {"image/png": ""})


MATH = """<script>
window.MathJax = {
  tex: {
    inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]], displayMath: [["$$", "$$"], ["\\\\[", "\\\\]"]],
    processEscapes: true, processEnvironments: true, tags: "ams"
  },
  svg: {fontCache: "global"},
  options: {enableMenu: false}
};
</script><script src="%s" async></script>"""


def template(request, text):
    """The page as nbconvert has it, but for the libraries that it loads from strangers."""
    math = MATH % request["math"] if re.search(r"\$|\\[(\[]|\\begin", text) else ""
    return (
        "{%- extends 'index.html.j2' -%}"
        '{%- block html_head_js_requirejs -%}<script src="' + request["require"] + '"></script>{%- endblock -%}'
        "{%- block html_head_js_mathjax -%}{% raw %}" + math + "{% endraw %}{%- endblock -%}"
        "{%- block html_head_js_mermaidjs -%}{%- endblock -%}"
    )


main()
