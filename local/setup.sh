#!/bin/sh
# Makes .venv with Python 3.13 and installs requirements/<name>.txt into it, only when something has changed.
#
#   sh local/setup.sh local     what `make run` needs
#   sh local/setup.sh dev       that, and what tests, linting and type checking need
#   sh local/setup.sh bench     what the matching benchmark compares with, into .local/bench: it is large
#   sh local/setup.sh checkov   checkov, into .local/checkov: it can't live beside the others' versions
#
# Prints to stderr only, so that what the caller prints on stdout stays clean. PYTHON=/path/to/python3.13
# overrides the search.
set -eu
cd "$(dirname "$0")/.."

uv_version=0.13.9
what=${1:-local}
requirements=requirements/$what.txt
venv=.venv
case $what in bench | checkov) venv=.local/$what ;; esac
stamp=$venv/.installed-$what

say() { printf '%s\n' "$*" >&2; }
fail() { say "setup: $*"; exit 1; }

[ -f "$requirements" ] || fail "there is no $requirements."

# A shim or a stub on PATH may exist and still not run, hence the trial.
runs_313() { "$1" -c 'import sys, ssl, sqlite3; sys.exit(sys.version_info[:2] != (3, 13))' >/dev/null 2>&1; }
runs() { "$1" -c 'import sys, ssl; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1; }

pyenv_root=${PYENV_ROOT:-$HOME/.pyenv}

find_python_313() {
    for candidate in "${PYTHON:-}" python3.13 python3 python \
        "$pyenv_root"/versions/3.13*/bin/python3.13 /opt/homebrew/bin/python3.13 /usr/local/bin/python3.13; do
        if [ -n "$candidate" ] && runs_313 "$candidate"; then
            # The real interpreter, not a shim: a virtual environment made from a shim breaks with the shim.
            "$candidate" -c 'import sys; print(sys._base_executable)'
            return
        fi
    done
}

find_any_python() {
    for candidate in python3 python /usr/bin/python3 "$pyenv_root"/versions/*/bin/python3 /opt/homebrew/bin/python3; do
        if runs "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
}

# uv installs in seconds what pip takes minutes for. One that is there is used; else a private one is made.
find_uv() {
    if uv --version >/dev/null 2>&1; then
        uv=uv
        return
    fi
    uv=.local/uv-$uv_version/bin/uv
    [ -x "$uv" ] && return
    any_python=$(find_any_python)
    [ -n "$any_python" ] || fail "no Python 3 and no uv were found; install Python 3.13 (or any Python 3) and try again."
    say "setup: fetching uv $uv_version ..."
    mkdir -p .local
    if "$any_python" -m venv ".local/uv-$uv_version" >.local/setup.log 2>&1; then
        ".local/uv-$uv_version/bin/python" -m pip install --quiet "uv==$uv_version" >>.local/setup.log 2>&1 \
            || fail "uv could not be installed (is there a connection?); see .local/setup.log."
    else
        rm -rf ".local/uv-$uv_version"
        fail "$any_python cannot make virtual environments; install its venv module (Debian: python3-venv) or uv."
    fi
}

# pip's settings for a mirror or a company's own certificates hold for uv too, unless uv has its own.
[ -z "${PIP_INDEX_URL:-}" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$PIP_INDEX_URL}"
[ -z "${PIP_CERT:-}" ] || export SSL_CERT_FILE="${SSL_CERT_FILE:-$PIP_CERT}"

fingerprint=$(cat local/setup.sh "$requirements" | cksum)
if runs_313 "$venv/bin/python" && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$fingerprint" ]; then
    exit 0
fi

find_uv
if ! runs_313 "$venv/bin/python"; then
    python=$(find_python_313)
    [ -n "$python" ] || say "setup: no Python 3.13 here; fetching one with uv ..."
    rm -rf "$venv"
    "$uv" venv --quiet --no-project --python "${python:-3.13}" "$venv" >&2 \
        || fail "Python 3.13 is not on this machine and could not be fetched; install it, or set PYTHON=/path/to/python3.13."
fi
say "setup: installing $requirements ..."
"$uv" pip install --quiet --python "$venv/bin/python" -r "$requirements" >&2 \
    || fail "the packages in $requirements could not be installed; see above."
printf '%s\n' "$fingerprint" > "$stamp"
