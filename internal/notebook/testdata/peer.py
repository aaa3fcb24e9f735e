"""Say what jupytext makes of the notebooks named in the arguments, as JSON."""
import json
import sys
import warnings

import jupytext

warnings.simplefilter("ignore")


def scalar(*candidates):
    for value in candidates:
        if value is not None and not isinstance(value, (dict, list)) and str(value) != "":
            return str(value)
    return None


answer = {}
for path in sys.argv[1:]:
    try:
        metadata = jupytext.read(path).metadata
        own = metadata.get("nbhosting")
        own = own if isinstance(own, dict) else {}
        answer[path] = [
            scalar(own.get("title"), metadata.get("notebookname")),
            scalar(own.get("version"), metadata.get("version")) or "0.1",
        ]
    except Exception as e:
        answer[path] = [None, "n/a", repr(e)[:200]]
print(json.dumps(answer))
