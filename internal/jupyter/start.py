"""Starts JupyterLab, and with it Notebook, without what makes that slow.

Runs in any Python environment that has JupyterLab, as "python3 -I start.py OPTION…":
isolated, so that no module of a course or a student can stand in for one of Jupyter's.

Where there is not enough memory, kernels go before the server; that they went is
written into a file beside this one.
"""

import collections
import functools
import gc
import json
import os
import re
import signal
import sys
import threading
import time

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

EVENTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "memory.jsonl")
MOST_EVENTS = 50
PERIOD = 2  # seconds between looks at the counter
# Where a program sees what memory it may use, and how often that was not enough: Linux's two ways.
GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.events"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.oom_control"),
)
NO_LIMIT = 1 << 60

kernels = []  # of those that run, or ended since we looked: process and id


def goes_first(pid="self"):
    """Has Linux end this process, and what it starts, before others where memory ends."""
    try:
        with open(f"/proc/{pid}/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass  # it has ended, or may not


def watched(launch):
    """Returns a function that starts kernels like launch."""

    @functools.wraps(launch)
    def launch_kernel(cmd, *args, **options):
        process = launch(cmd, *args, **options)
        goes_first(process.pid)
        name = re.search(r"kernel-([\w-]+)\.json", " ".join(map(str, cmd)))
        kernels.append((process, name.group(1) if name else ""))
        return process

    return launch_kernel


def read_limit(file):
    try:
        with open(file) as text:
            limit = int(text.read())
    except (OSError, ValueError):  # "max" is no number
        return None
    return limit if limit < NO_LIMIT else None


def read_count(file):
    """Returns how many processes were ended for lack of memory."""
    with open(file) as text:
        return next(int(line.split()[1]) for line in text if line.startswith("oom_kill "))


def ended_kernels():
    """Forgets the kernels that ended, and returns the ids of those that were killed."""
    ended = [(process, name) for process, name in kernels if process.poll() is not None]
    for one in ended:
        kernels.remove(one)
    return [name for process, name in ended if process.returncode == -signal.SIGKILL]


def watch(limit_file, count_file):
    """Writes down each time that processes were ended for lack of memory."""
    events = collections.deque(maxlen=MOST_EVENTS)
    count = read_count(count_file)
    while True:
        time.sleep(PERIOD)
        now = read_count(count_file)
        if now == count:
            ended_kernels()
            continue
        count = now
        time.sleep(1)  # it is counted before it has ended
        for name in ended_kernels() or [""]:
            events.append({"time": round(time.time(), 3), "kernel": name, "limit": read_limit(limit_file) or 0})
        with open(EVENTS + ".new", "w") as file:
            file.writelines(json.dumps(event) + "\n" for event in events)
        os.replace(EVENTS + ".new", EVENTS)


def watch_memory():
    for limit_file, count_file in GROUPS:
        if read_limit(limit_file) is not None:
            threading.Thread(target=watch, args=(limit_file, count_file), daemon=True, name="memory").start()
            return


os.register_at_fork(after_in_child=goes_first)  # a terminal
for name in ("jupyter_client.provisioning.local_provisioner", "jupyter_client.manager"):  # by its version
    module = sys.modules.get(name)
    if hasattr(module, "launch_kernel"):
        module.launch_kernel = watched(module.launch_kernel)
watch_memory()
sys.exit(main())
