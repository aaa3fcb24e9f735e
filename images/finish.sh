#!/bin/sh
# Settles in an image what lies outside its Python environment.
set -eu
umask 002

# Every container runs as another user, often on files of yet another.
git config --system safe.directory '*'
git config --system user.name student
git config --system user.email student@localhost
git config --system init.defaultBranch main
git config --system pull.rebase false

# Courses' builds, and notebooks, trust whom this host trusts: it may reach the
# outside only through a proxy with certificates of its own.
if [ -f ca-certificates.crt ]; then
    python3 trust.py ca-certificates.crt
    update-ca-certificates >/dev/null
    printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' >/etc/pip.conf
fi

# Dockerfiles and scripts of earlier versions call it.
install -m 755 start-in-dir-as-uid.sh /usr/local/bin/

# Fonts are searched once, not at the first import of every student.
if python3 -c 'import matplotlib' 2>/dev/null; then
    MPLBACKEND=Agg HOME=/home/jovyan python3 -c 'import matplotlib.pyplot'
fi
chgrp -R users /home/jovyan
chmod -R g+rwX /home/jovyan
find /home/jovyan -type d -exec chmod g+s {} +
