#!/usr/bin/env bash
# What Parley adds to the time to a streamed answer's first token, with the disk's part of it:
#   bench/first_token.sh [BUILD_DIR] [ROUNDS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${1:-build/release} rounds=${2:-2000}
cmake --build "$build" --target parley first_token >/dev/null
. bench/node.sh

start_sim
configure <<<''
start_parley
for _ in 1 2 3; do
  taskset -c 1 "$build/bench/first_token" "$sim_port" "$parley_port" "$token" "$rounds"
done
# The mean of what the store needed to have a turn's beginning on the disk, its queue included.
curl -sf "http://127.0.0.1:$parley_port/metrics" | awk '
  /^parley_store_operation_duration_seconds_(sum|count)\{operation="begin_turn"\}/ {v[index($1, "_sum") ? "sum" : "count"] = $2}
  /^parley_store_commit_seconds_sum/ {c = $2} /^parley_store_commit_seconds_count/ {n = $2}
  END {printf "of it begin_turn: %.0f us at the mean; a commit with its sync: %.0f us\n", 1e6 * v["sum"] / v["count"], 1e6 * c / n}'
