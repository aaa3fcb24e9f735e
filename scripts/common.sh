# shellcheck shell=bash
# What the scripts beside this file share. Each of them makes one thing ready,
# may be run again at any time, and says one line, more only if it fails.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=$top/.cache
mkdir -p "$cache"

say() { printf '%s: %s\n' "${0##*/}" "$*"; }

die() {
    say "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null; }

root() { [ "$(id -u)" = 0 ]; }

# alone NAME: wait until no other run of this checkout does NAME, and keep others out.
alone() {
    exec 9>"$cache/$1.lock"
    flock 9
}

# logged FILE COMMAND…: run it in silence; if it fails, show the end of what it said.
logged() {
    local log=$1
    shift
    "$@" >>"$log" 2>&1 </dev/null || {
        tail -n 25 "$log" >&2
        die "failed: $* (all of it is in $log)"
    }
}

# answers SOCKET: does a container engine listen there?
answers() {
    [ -S "$1" ] && curl --silent --fail --max-time 5 --output /dev/null --unix-socket "$1" http://localhost/_ping
}

# await SECONDS PID COMMAND…: run the command until it succeeds; not if the process ends before.
await() {
    local end=$((SECONDS + $1)) pid=$2
    shift 2
    until "$@"; do
        if ((SECONDS >= end)) || ! kill -0 "$pid" 2>/dev/null; then
            return 1
        fi
        sleep 0.1
    done
}
