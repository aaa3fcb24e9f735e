"""Prints, as one line of JSON, the versions that people ask about an image for."""

import json
import platform
from importlib import metadata

NAMES = (
    "jupyterlab", "notebook", "jupyter_server", "nbclassic", "ipykernel", "ipywidgets", "jupytext", "nbconvert",
    "nbgitpuller", "jupyterlab-git", "nbautoeval", "numpy", "pandas", "scipy", "matplotlib", "pip",
)

packages = {}
for name in NAMES:
    try:
        packages[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
print(json.dumps({"python": platform.python_version(), "packages": packages}))
