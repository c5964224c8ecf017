#!/bin/sh
# Writes requirements/*.txt: one file each for all Pythons, systems and processors that we support, with hashes.
# The files name no index, so that they install from whichever one your pip is set up for; and what uv reads from
# this machine's settings is left out, so that two people who lock on the same day get the same files.
set -eu
cd "$(dirname "$0")/.."

# uv is large and only needed here, so it has an environment of its own.
if [ ! -x .venv-lock/bin/uv ]; then
    .venv/bin/python -m venv .venv-lock
    .venv-lock/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/lock.txt
fi

compile() {
    out=$1
    shift
    env -u UV_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS -u UV_CONSTRAINT -u UV_OVERRIDE \
        .venv-lock/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
        --custom-compile-command "make lock" --output-file "$out" "$@"
}

compile requirements/dev.txt pyproject.toml --group dev "$@"
compile requirements/lock.txt --group pyproject.toml:lock "$@"
