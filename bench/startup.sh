#!/usr/bin/env bash
# From the start of the process to its first `/readyz` with 200, and the memory that it takes when nothing happens:
#   bench/startup.sh [BUILD_DIR] [ROUNDS]
# A new database in the first round, an old one in the others. Asked every two milliseconds; the median of the rounds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${1:-build/release} rounds=${2:-15}
cmake --build "$build" --target parley >/dev/null
. bench/node.sh

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
configure "127.0.0.1:$port" <<<''
taskset -c 0 python3 - "$parley" "$work/parley.toml" "$port" "$rounds" <<'PYTHON'
import os, signal, socket, statistics, subprocess, sys, time

program, configuration, port, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


def ready():
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as peer:
            peer.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return peer.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def memory(pid, what):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(what + ":")) / 1024


times, sizes = [], []
for _ in range(rounds):
    began = time.monotonic()
    with subprocess.Popen([program, "serve", "--config", configuration], stderr=subprocess.DEVNULL) as server:
        while not ready():
            if server.poll() is not None or time.monotonic() - began > 10:
                sys.exit("the server did not become ready")
            time.sleep(0.002)
        times.append(1e3 * (time.monotonic() - began))
        time.sleep(0.3)
        sizes.append((memory(server.pid, "VmRSS"), memory(server.pid, "RssAnon")))
        server.send_signal(signal.SIGTERM)
print(f"start-up: {times[0]:.0f} ms with a new database, {statistics.median(times[1:]):.0f} ms with an old one")
print(f"idle memory: {max(s[0] for s in sizes):.1f} MiB resident, {max(s[1] for s in sizes):.1f} MiB of it the process's own")
PYTHON
