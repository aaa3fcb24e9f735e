#!/bin/sh
# start-in-dir-as-uid.sh [-s] DIR UID COMMAND [ARGUMENT...]
# Runs a command in DIR as the user id UID, to whom everything on DIR's own file
# system is given first (what is mounted in it stays whose it is). Root runs it;
# -s keeps it from saying what it does. The servers of this version do not need
# it; Dockerfiles written for earlier ones copy it, and scripts may call it.
set -eu

say=echo
if [ "${1-}" = -s ]; then
    say=:
    shift
fi
if [ $# -lt 3 ]; then
    echo "usage: $(basename "$0") [-s] DIR UID COMMAND [ARGUMENT...]" >&2
    exit 2
fi
dir=$1 uid=$2
shift 2
case $uid in
    '' | 0 | *[!0-9]*)
        echo "$(basename "$0"): not the id of an ordinary user: $uid" >&2
        exit 2
        ;;
esac

if ! getent passwd "$uid" >/dev/null; then
    $say "adding user uid$uid"
    useradd --uid "$uid" --user-group --no-create-home --home-dir /home/jovyan --shell /bin/bash "uid$uid"
fi
gid=$(getent passwd "$uid" | cut -d: -f4)

cd "$dir"
$say "giving $dir to $uid"
find . -xdev ! -uid "$uid" -exec chown -h "$uid" {} +
$say "running $1"
HOME=/home/jovyan exec setpriv --reuid "$uid" --regid "$gid" --init-groups "$@"
