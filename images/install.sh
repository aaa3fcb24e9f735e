#!/bin/sh
# install.sh PYTHON REQUIREMENTS
# Fills the Python environment of PYTHON: the packages of the file REQUIREMENTS,
# the settings in jupyter/, and byte code for all of it. Serves the images and
# the environment of the process runtime alike. Run it in its own directory.
set -eu
umask 002
python=$1 requirements=$2

# Where this host has a bundle of its own, the build brings it along.
if [ -f ca-certificates.crt ]; then
    export PIP_CERT="$PWD/ca-certificates.crt"
fi
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
"$python" -m pip install --quiet --requirement "$requirements"

prefix=$("$python" -c 'import sys; print(sys.prefix)')
cp -R jupyter/. "$prefix/"

# Students cannot write byte code here: what is not compiled now is compiled at every start. A file
# that cannot be compiled, as some packages carry for their tests, is no fault.
"$python" -m compileall -qq -j 0 "$prefix/lib" || true
