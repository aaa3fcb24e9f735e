#!/bin/sh
# Gives a fresh Debian tree what the Jupyter project's public images have, so
# that one Dockerfile builds on both: the user jovyan, and a Python environment
# that members of the group "users" may add to. mmdebstrap calls it with the tree.
set -eu
chroot "$1" useradd --uid 1000 --gid users --create-home --shell /bin/bash jovyan
chmod 2775 "$1/home/jovyan"
install -d -m 2775 -g 100 "$1/opt/venv"
chroot "$1" sh -c 'umask 002; python3 -m venv /opt/venv'
