# Sourced by the benchmarks: a scratch folder, a simulated provider on core 1 and a Parley with one worker on core 0.
# What wakes up together shares one core: the server's worker, its store's threads and nothing else.
build=${build:-build/release}
parley=$build/src/app/parley
work=$(mktemp -d "${TMPDIR:-/tmp}/parley-bench.XXXXXX")
pids=()

end_all() {
  local pid
  for pid in "${pids[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  wait "${pids[@]}" 2>/dev/null || true
  rm -rf "$work"
}
trap end_all EXIT

now_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }

# until_found PID FILE SED_EXPRESSION: prints what the expression finds in the file, within ten seconds.
until_found() {
  local found end=$(($(now_ms) + 10000))
  until found=$(sed -nE "$3" "$2" 2>/dev/null) && [[ -n $found ]]; do
    kill -0 "$1" 2>/dev/null && (($(now_ms) < end)) || { echo "did not start:" >&2; cat "$2" >&2; return 1; }
    sleep 0.02
  done
  echo "$found"
}

# start_sim [OPTION...]: sets sim_port.
start_sim() {
  taskset -c 1 "$parley" provider-sim "$@" >"$work/sim.out" 2>&1 &
  pids+=($!)
  sim_port=$(until_found $! "$work/sim.out" 's/^ready ([0-9]+)$/\1/p')
}

# configure [LISTEN]: writes $work/parley.toml; what stands on standard input is appended to it.
configure() {
  openssl rand -hex 32 | tr -d '\n' >"$work/jwt.secret"
  chmod 600 "$work/jwt.secret"
  {
    cat <<TOML
[auth]
hs256_secret = { file = "jwt.secret" }
[store]
path = "parley.db"
[providers.sim]
base_url = "http://127.0.0.1:${sim_port:-9}/v1"
[models.sim]
provider = "sim"
context_window = 100000
[limits]
address = "none"
[tiers.default]
requests = "none"
max_turns = 0
max_streams = 0
[log]
level = "warn"
[server]
listen = "${1:-127.0.0.1:0}"
connections_per_address = 0
workers = 1
TOML
    cat
  } >"$work/parley.toml"
}

# Sets parley_pid, parley_port and token.
start_parley() {
  PARLEY_LOG_LEVEL=info taskset -c 0 "$parley" serve --config "$work/parley.toml" >"$work/parley.log" 2>&1 &
  parley_pid=$!
  pids+=("$parley_pid")
  parley_port=$(until_found "$parley_pid" "$work/parley.log" 's/.*"event":"serving".*"port":([0-9]+).*/\1/p')
  token=$("$parley" token --config "$work/parley.toml" --sub bench)
}

# stop PID: ends it and waits for that.
stop() {
  kill "$1"
  wait "$1" 2>/dev/null || true
}

# cpu_us PID: the CPU time that all its threads have had, in microseconds.
cpu_us() { cat /proc/"$1"/task/*/schedstat | awk '{sum += $1} END {printf "%d", sum / 1000}'; }

# rss_kib PID
rss_kib() { awk '/^VmRSS/ {print $2}' /proc/"$1"/status; }
