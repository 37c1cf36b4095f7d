#!/usr/bin/env python3
"""Memory that idle WebSocket subscriptions take in the server: N connections that speak graphql-transport-ws, each with
one `subscription { conversation(id:) }` that stays open, in batches.

    idle_sockets.py PORT TOKEN PID [N] [--deflate]

PID is the server's. --deflate offers permessage-deflate, as browsers do. What the kernel keeps of a socket is not in it.
"""
import base64
import json
import os
import socket
import sys
import time
import urllib.request


def rss_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def conversation(port, token):
    query = {"query": "mutation { createConversation(input: {}) { conversation { id } } }"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql", json.dumps(query).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)["data"]["createConversation"]["conversation"]["id"]


def text_frame(message):
    payload = json.dumps(message).encode()
    size = len(payload)
    head = bytes([0x81, 0x80 | size]) if size < 126 else bytes([0x81, 0x80 | 126]) + size.to_bytes(2, "big")
    return head + bytes(4) + payload  # masked with zeros


def receive(peer, until):
    held = b""
    while until not in held:
        piece = peer.recv(4096)
        if not piece:
            raise SystemExit(f"the server closed a connection after {held!r}")
        held += piece
    return held


def subscribe(number, port, opening):
    # A port of the loopback's addresses belongs to one address: several of them hold more connections than one.
    peer = socket.create_connection(("127.0.0.1", port), 10, (f"127.0.0.{2 + number // 20000}", 0))
    handshake, init, operation = opening
    peer.sendall(handshake)
    head = receive(peer, b"\r\n\r\n")
    if b" 101 " not in head:
        raise SystemExit(f"no upgrade: {head!r}")
    peer.sendall(init)
    return peer, operation, b"permessage-deflate" in head


def main():
    arguments = [a for a in sys.argv[1:] if a != "--deflate"]
    if len(arguments) not in (3, 4):
        raise SystemExit(__doc__)
    port, token, pid = int(arguments[0]), arguments[1], int(arguments[2])
    wanted = int(arguments[3]) if len(arguments) == 4 else 10_000
    deflate = "--deflate" in sys.argv

    key = base64.b64encode(os.urandom(16)).decode()
    handshake = (f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                 f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                 "Sec-WebSocket-Protocol: graphql-transport-ws\r\n"
                 + ("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" if deflate else "")
                 + "\r\n").encode()
    init = text_frame({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})
    query = "subscription Watch($id: ID!) { conversation(id: $id) { turnId seq kind text message { id content status } } }"
    operation = text_frame({"id": "1", "type": "subscribe",
                            "payload": {"query": query, "variables": {"id": conversation(port, token)}}})
    opening = (handshake, init, operation)

    def hold(count, peers):
        agreed = False
        for _ in range(count):
            peer, subscription, agreed = subscribe(len(peers), port, opening)
            # The acknowledgement is short enough not to be compressed, or says so in its first bits.
            peer.recv(4096)
            peer.sendall(subscription)
            peers.append(peer)
        # An operation that fails is answered with an error at once.
        time.sleep(1)
        for peer in peers[-count:]:
            peer.setblocking(False)
            try:
                raise SystemExit(f"a subscription did not stay open: {peer.recv(4096)!r}")
            except BlockingIOError:
                pass
        return agreed

    peers = []
    hold(100, peers)  # what the first connections bring along counts for none of them
    before = rss_bytes(pid)
    began = time.monotonic()
    agreed = hold(wanted, peers)
    took = time.monotonic() - began
    after = rss_bytes(pid)
    print(f"idle subscriptions, permessage-deflate {'on' if agreed else 'off'}: {wanted} held, "
          f"{(after - before) / wanted:.0f} bytes each, {before / 2**20:.1f} MiB before, {after / 2**20:.1f} MiB after, "
          f"opened in {took:.1f} s")


main()
