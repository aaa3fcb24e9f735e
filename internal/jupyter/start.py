"""Starts JupyterLab, and with it Notebook, without what makes that slow.

Runs in any Python environment that has JupyterLab, as "python3 -I start.py OPTION…":
isolated, so that no module of a course or a student can stand in for one of Jupyter's.
"""

import gc
import os
import sys

# Loading its grammar takes longer than all the rest of the start. It is there to
# check one format of JSON Schema that none of Jupyter's schemas has.
sys.modules["rfc3987_syntax"] = None

# When it is imported, JupyterLab asks Node.js, if it finds one, for the address
# of a package registry. Nobody builds extensions here.
path = os.environ.get("PATH", os.defpath)
os.environ["PATH"] = os.devnull

# What is loaded now stays: there is no garbage to look for in it.
gc.disable()
try:
    from jupyterlab.labapp import main
finally:
    os.environ["PATH"] = path
gc.freeze()
gc.enable()

sys.exit(main())
