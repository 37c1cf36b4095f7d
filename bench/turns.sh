#!/usr/bin/env bash
# Whole durable turns a second: Parley with one worker on core 0, a provider that answers at once and wrk on core 1.
#   bench/turns.sh [BUILD_DIR] [SECONDS] [CONNECTIONS]
# A line for each API, the best of three rounds, and beside it what the disk and the store alone do on core 0. The CPU
# time is the whole server's: its worker and its store's threads.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${1:-build/release} seconds=${2:-5} connections=${3:-128}
cmake --build "$build" --target parley store_turns >/dev/null
. bench/node.sh

start_sim
configure <<<''
start_parley
export PARLEY_TOKEN=$token

# Turns that the server says have ended well.
ended() {
  curl -sf "http://127.0.0.1:$parley_port/metrics" |
    awk '/^parley_turns_total\{.*complete/ {sum += $2} END {printf "%d", sum}'
}

for ask in chat graphql; do
  for _ in 1 2 3; do
    before=$(ended) cpu=$(cpu_us "$parley_pid")
    PARLEY_ASK=$ask taskset -c 1 wrk -t1 -c"$connections" -d"${seconds}s" --timeout 10s --latency -s bench/turns.lua \
      "http://127.0.0.1:$parley_port" >"$work/wrk.out"
    cpu=$(($(cpu_us "$parley_pid") - cpu)) turns=$(($(ended) - before))
    awk -v ask="$ask" -v turns="$turns" -v cpu="$cpu" '
      /Requests\/sec/ {rate = $2} /^ +50%/ {half = $2} /^ +99%/ {most = $2} /Non-2xx|Socket errors/ {bad = " FAILED: " $0}
      END {printf "%.0f turns/s through %s, %.0f us of CPU each, median %s, p99 %s%s\n",
           rate, ask, cpu / turns, half, most, bad}' "$work/wrk.out"
  done | sort -rn | head -n 1
done
stop "$parley_pid"
taskset -c 0 "$build/bench/store_turns" "$work" "$connections" 3
