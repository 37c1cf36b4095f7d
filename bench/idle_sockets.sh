#!/usr/bin/env bash
# Memory of idle WebSocket subscriptions, without and with compression agreed to:
#   bench/idle_sockets.sh [BUILD_DIR] [N]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${1:-build/release} count=${2:-10000}
cmake --build "$build" --target parley >/dev/null
. bench/node.sh
ulimit -n "$(ulimit -Hn)"

configure <<TOML
max_connections = 100000
[websocket]
# The holder answers no pings.
idle_timeout = "1h"
TOML
for deflate in '' --deflate; do
  start_parley
  taskset -c 1 python3 bench/idle_sockets.py "$parley_port" "$token" "$parley_pid" "$count" $deflate
  kill -9 "$parley_pid"
  wait "$parley_pid" 2>/dev/null || true
done
