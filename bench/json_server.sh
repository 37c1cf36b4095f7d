#!/usr/bin/env bash
# Requests a second of bench/json_server.cc and of nginx, each on core 0 with wrk on the others:
#   bench/json_server.sh [BUILD_DIR] [SECONDS]     the last line is the ratio
# Rounds alternate, and the best of each side counts: what disturbs a measurement only ever slows it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${1:-build/release} seconds=${2:-5}
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; rm -rf "$work"' EXIT

cmake --build "$build" --target json_server >/dev/null
cat >"$work/nginx.conf" <<CONF
daemon off; worker_processes 1; pid $work/pid; error_log /dev/null;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000;
  server {
    listen 127.0.0.1:18181;
    location / { default_type application/json; return 200 "$(printf 'x%.0s' {1..200})"; }
  }
}
CONF
PATH=$PATH:/usr/sbin taskset -c 0 nginx -c "$work/nginx.conf" -e /dev/null & pids+=($!)
taskset -c 0 "$build/bench/json_server" 18182 >/dev/null & pids+=($!)
for port in 18181 18182; do
  for _ in {1..50}; do curl -sf -o /dev/null "http://127.0.0.1:$port/" && break; sleep 0.1; done
done

rate() {
  taskset -c "1-$(($(nproc) - 1))" wrk -t1 -c64 -d"${seconds}s" "http://127.0.0.1:$1/" |
    awk '/Non-2xx|Socket errors/ {bad = 1} /Requests\/sec/ {print int($2)} END {exit bad}'
}
nginx=0 ours=0
for _ in 1 2 3; do
  r=$(rate 18181); ((r > nginx)) && nginx=$r
  r=$(rate 18182); ((r > ours)) && ours=$r
done
echo "nginx $nginx/s, json_server $ours/s"
awk -v a="$ours" -v b="$nginx" 'BEGIN {printf "ratio %.2f\n", a / b}'
