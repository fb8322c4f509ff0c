#!/bin/sh
# Make the virtual environment $1 with a Python of 3.11 or newer, or say in one sentence what to install.
set -e
for name in ${PYTHON3:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        found=$name
        break
    fi
done
if [ -z "${found:-}" ]; then
    echo "Switchroom needs Python 3.11 or newer: apt-get install python3 python3-venv" >&2
    exit 1
fi
if ! "$found" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "Python's venv module is missing: apt-get install python$version-venv" >&2
    exit 1
fi
exec "$found" -m venv "$1"
