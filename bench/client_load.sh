#!/usr/bin/env bash
# Requests a second of the HTTP client on core 0 against bench/json_server.cc on core 1:
#   bench/client_load.sh [BUILD_DIR] [SECONDS]     one line for each number of connections, the best of three rounds
# What disturbs a measurement only ever slows it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${1:-build/release} seconds=${2:-5}
trap 'kill "$server" 2>/dev/null' EXIT

cmake --build "$build" --target json_server client_load >/dev/null
taskset -c 1 "$build/bench/json_server" 18183 >/dev/null & server=$!
for _ in {1..50}; do curl -sf -o /dev/null "http://127.0.0.1:18183/" && break; sleep 0.1; done
for connections in 1 16 64; do
  for _ in 1 2 3; do
    taskset -c 0 "$build/bench/client_load" 18183 "$connections" "$seconds"
  done | sort -rn | head -n 1 | sed "s/^/$connections connections: /"
done
