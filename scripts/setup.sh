#!/bin/sh
# Makes .venv: the locked requirements, checked by hash, then this project as an editable install.
# A stamp holds what the environment was made from; when it still fits, this ends in a few milliseconds.
# `setup.sh tests` also sees to the programs that only tests need.
set -eu
cd "$(dirname "$0")/.."

LOCK=requirements/dev.txt
STAMP=.venv/.made-from

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# Line 1 is the place: the scripts in .venv/bin hold absolute paths, so a moved checkout starts over.
# Line 2 is a checksum of what goes in: when only that differs, the packages are brought up to date.
made_from() { pwd -P; cat pyproject.toml "$LOCK" scripts/setup.sh | cksum; }

is_here() { [ -x .venv/bin/python ] && [ "$(sed -n 1p "$STAMP" 2>/dev/null)" = "$(pwd -P)" ]; }
is_current() { is_here && [ "$(cat "$STAMP")" = "$(made_from)" ]; }

candidates() { for name in python3 python3.14 python3.13 python3.12 python3.11; do command -v "$name" || :; done; }

# find_python TEST: the first candidate that runs and passes the Python expression TEST.
find_python() {
    for path in $(candidates); do
        if "$path" -c "import sys; sys.exit(not ($1))" 2>/dev/null; then echo "$path"; return 0; fi
    done
    return 1
}

NEW_ENOUGH='sys.version_info >= (3, 11)'
# Debian ships venv without ensurepip, the half that brings pip; python3-venv adds it.
COMPLETE="$NEW_ENOUGH and __import__('venv') and __import__('ensurepip')"

can_apt_get() { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; }

apt_get_install() {
    say "installing with apt-get: $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null || fail "apt-get update failed, so these could not be installed: $*"
    # RUNLEVEL=1: the files only, no service is started.
    RUNLEVEL=1 apt-get install -qq -y --no-install-recommends "$@" >/dev/null || fail "apt-get could not install: $*"
}

versions_found() {
    for path in $(candidates); do
        "$path" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3], "at", sys.executable)' 2>/dev/null || :
    done | sort -u | paste -sd, - | sed 's/,/, /g; s/^$/none/'
}

# Sets PYTHON to a Python that can make an environment; installs Debian's packages for it when we may.
choose_python() {
    PYTHON=$(find_python "$COMPLETE") && return
    if ! find_python "$NEW_ENOUGH" >/dev/null; then
        can_apt_get || fail "Ferryman needs Python 3.11 or later; found: $(versions_found)."
        apt_get_install python3 python3-venv
    else
        partial=$(find_python "$NEW_ENOUGH")
        venv=$("$partial" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        can_apt_get || fail "$partial cannot make environments (no ensurepip); install $venv (apt-get install $venv)."
        apt_get_install "$venv"
    fi
    hash -r
    PYTHON=$(find_python "$COMPLETE") \
        || fail "Ferryman needs Python 3.11 or later with venv and ensurepip; found: $(versions_found)."
}

# Debian's Redis is one of the servers that tests run against; it is started by them alone, never as a service.
choose_redis() {
    command -v redis-server >/dev/null && return
    if can_apt_get; then
        apt_get_install redis-server
    else
        say "redis-server is not installed: tests against it will fail (apt-get install redis-server)"
    fi
}

# Counts instructions for the budget tests, which are skipped without it.
choose_valgrind() {
    command -v valgrind >/dev/null && return
    # In a shell of its own, so that one that cannot be installed costs its tests alone.
    if ! can_apt_get || ! (apt_get_install valgrind); then
        say "valgrind is not installed: tests that count instructions are skipped (apt-get install valgrind)"
    fi
}

# Looks at the dashboard's pages. CHROMIUM may name another one, e.g. a Chrome.
choose_chromium() {
    command -v "${CHROMIUM:-chromium}" >/dev/null && return
    if can_apt_get; then
        apt_get_install chromium fonts-dejavu-core
    else
        say "chromium is not installed: tests of the dashboard will fail (apt-get install chromium, or set CHROMIUM)"
    fi
}

make_environment() {
    choose_python
    say "making .venv with $("$PYTHON" --version)"
    rm -rf .venv
    "$PYTHON" -m venv .venv
}

# -qq: your own pip settings hold (a company's index, say), but their warnings are not ours to print.
pip_install() { .venv/bin/python -m pip install -qq --disable-pip-version-check "$@"; }

# Ends at once when the dashboard was built from the sources that are here.
build_dashboard() { .venv/bin/python hatch_build.py; }

if [ "${1-}" = tests ]; then
    choose_redis
    choose_valgrind
    choose_chromium
fi
if is_current; then build_dashboard; exit 0; fi
is_here || make_environment
say "installing $LOCK"
pip_install --require-hashes -r "$LOCK"
say "building the dashboard"
build_dashboard
pip_install --no-deps --no-build-isolation --editable .
made_from > "$STAMP" # last: an environment without it is incomplete and made anew
say "done"
