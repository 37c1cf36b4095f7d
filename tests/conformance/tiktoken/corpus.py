"""The texts that tests/conformance/tiktoken/run compares: bytes, in groups, made with a fixed seed or found on this machine."""
import itertools
import pathlib
import random
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]
CLASSES = ROOT / "src/tokens/tables/unicode_classes.txt"

# At least one character of each class that the patterns tell apart, and those that they name.
ALPHABET = (["a", "s", "t", "l", "v", "e", "r", "d", "m", "S", "T", "L", "V", "E", "R", "D", "M", "A", "Z", "\u017f", "\u212a"]
            + ["\u0430", "\u0410", "\u01c5", "\u02b0", "\u6f22", "\u05d0", "\u0301", "\u093e", "\u20dd", "\ufe0f"]
            + ["1", "9", "\u0663", "\u00bd", "\u2167", " ", " ", " ", "\t", "\n", "\r", "\r\n", "\v", "\f"]
            + ["\u00a0", "\u0085", "\u2028", "\u3000", "\u200b", "\x1c", "\x00", "'", "'", "/", "/", "!", ".", "-", "_", "{"]
            + ["\u2019", "\u20ac", "\U0001f642", "\U0001f1e9", "\u200d", "\ufffd", "\ue000", "\U0010ffff"]
            # Tokens of letters without case and capitals, which is where a cut between the two shows.
            + ["\u4e9a\u6d32AV", " \u5929\u5929\u4e2d\u5f69\u7968APP"])
EMOJI = ["\U0001f600", "\U0001f468", "\U0001f469", "\U0001f467", "\U0001f466", "\u2764\ufe0f", "\U0001f44d", "\U0001f3fd",
         "\U0001f3f3\ufe0f", "\U0001f308", "\U0001f1e9\U0001f1ea", "\U0001f1ef\U0001f1f5", "1\ufe0f\u20e3", "\u2603", "\U0001f9d1",
         "\U0001f4bb", "\U0001f52c", "\u2640\ufe0f", "\u2642\ufe0f", "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"]
SCRIPTS = {"latin": (0x61, 0x7A), "latin accents": (0xC0, 0x24F), "greek": (0x370, 0x3FF), "cyrillic": (0x400, 0x52F), "armenian": (0x531, 0x587),
           "hebrew": (0x591, 0x5F4), "arabic": (0x600, 0x6FF), "syriac": (0x700, 0x74F), "devanagari": (0x900, 0x97F),
           "bengali": (0x980, 0x9FE), "gurmukhi": (0xA01, 0xA76), "gujarati": (0xA81, 0xAFF), "tamil": (0xB82, 0xBFA),
           "telugu": (0xC00, 0xC7F), "kannada": (0xC80, 0xCF3), "malayalam": (0xD00, 0xD7F), "sinhala": (0xD81, 0xDF4),
           "thai": (0xE01, 0xE5B), "lao": (0xE81, 0xEDF), "tibetan": (0xF00, 0xFDA), "myanmar": (0x1000, 0x109F), "georgian": (0x10A0, 0x10FF),
           "hangul": (0xAC00, 0xD7A3), "jamo": (0x1100, 0x11FF), "ethiopic": (0x1200, 0x137F), "cherokee": (0x13A0, 0x13FD),
           "khmer": (0x1780, 0x17F9), "mongolian": (0x1800, 0x18AA), "greek extended": (0x1F00, 0x1FFE), "hiragana": (0x3041, 0x309F),
           "katakana": (0x30A0, 0x30FF), "han": (0x4E00, 0x9FFF), "yi": (0xA000, 0xA4C6), "symbols": (0x2190, 0x23FF),
           "gothic": (0x10330, 0x1034A), "deseret": (0x10400, 0x1044F), "cuneiform": (0x12000, 0x12399), "hieroglyphs": (0x13000, 0x1342F),
           "mathematical": (0x1D400, 0x1D7FF), "emoji": (0x1F300, 0x1F64F), "han, plane 2": (0x20000, 0x2A6DF)}


def classed():
    """Every code point that has a class of its own, which are all letters, marks, numbers and spaces that are assigned."""
    for first, last in re.findall(r"\b([0-9A-F]+)(?:-([0-9A-F]+))?\b", re.sub(r"#.*|\w+:", "", CLASSES.read_text())):
        yield from range(int(first, 16), int(last or first, 16) + 1)


def code_points(rng):
    """All that have a class, all of the planes' first 0x3000 and a sample of the rest: punctuation, symbols, unassigned."""
    points = set(classed()) | set(range(0x3000)) | set(range(0x1F000, 0x1FB00)) | set(range(0xE0000, 0xE0200))
    points |= set(range(0xA640, 0xABFF)) | set(range(0xF900, 0x10000)) | set(range(0x10000, 0x13000))
    points |= {rng.randrange(0x110000) for _ in range(20000)}
    return [chr(point) for point in sorted(points) if not 0xD800 <= point < 0xE000]


def in_contexts(characters):
    for some in batched(characters, 64):
        yield "".join(f"{c}a A{c}b{c} {c}1\n{c}{c}'s!{c}\t" for c in some)


def batched(items, size):
    items = iter(items)
    while batch := list(itertools.islice(items, size)):
        yield batch


def sentences(rng, first, last, size):
    letters = [chr(c) for c in range(first, last + 1) if not 0xD800 <= c < 0xE000]
    few = rng.sample(letters, min(len(letters), 60))
    out, length = [], 0
    while length < size:
        word = "".join(rng.choices(few if rng.random() < 0.7 else letters, k=rng.randint(1, 12)))
        out.append(word + rng.choice([" ", " ", " ", " ", ", ", ". ", "\n", "", "-", " 12 ", "\u3002"]))
        length += len(out[-1].encode())
    return "".join(out)


def words(rng, alphabet, count, longest):
    return ["".join(rng.choices(alphabet, k=rng.randint(1, longest))) for _ in range(count)]


def broken(rng, valid):
    """Random bytes, and good text with bytes put in, taken out and changed."""
    for _ in range(6000):
        yield rng.randbytes(rng.randint(1, 60))
        yield bytes(rng.choices(b"\x80\xbf\xc0\xc2\xe0\xed\xef\xf0\xf4\xf5\xff\xa0\x9f\x90 a", k=rng.randint(1, 16)))
    for text in valid:
        damaged = bytearray(text.encode())
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(damaged) + 1)
            damaged[at:at + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 2))
        yield bytes(damaged)


def runs(size):
    for unit in ["a", "A", "aA", "Aa", "z", " ", "\n", " \n", "\n ", "\t", "\r\n", "\u00a0", "!", "=", "-", "/", "!/", "0", "\u0301", "a\u0301", "\u6f22",
                 "\u6f22A", "\U0001f642", "\U0001f468\u200d\U0001f469\u200d", "\u0430", "'", "'s", "\ufffd", "ab", "abc", "\u05d0", "\u3042",
                 "\x00", "\U0010ffff", "\u0e01\u0e33", "<|endoftext|>", "    ", "ing", "xq", "\u2028", "\u0301A"]:
        count = size // len(unit.encode())
        for text in (unit * count, unit * count + "b", " " + unit * count + " \n x", "B" + unit * (count // 3) + "a"):
            yield text


def files(folder, suffixes, limit):
    """Text files, a sample of at most `limit` bytes."""
    found = sorted(p for p in folder.rglob("*") if p.suffix in suffixes and p.is_file() and p.stat().st_size < 200_000)
    random.Random(7).shuffle(found)
    total = 0
    for path in found:
        if total > limit:
            break
        content = path.read_bytes()
        total += len(content)
        yield content


def token_sequences(rng, tokens, count):
    """Tokens side by side, which merge across their borders or do not."""
    for _ in range(count):
        yield b"".join(rng.choices(tokens, k=rng.randint(2, 6)))


def groups(seed, tokens):
    """(name, texts) of every group; `tokens` are those of the encoding."""
    rng = random.Random(seed)
    points = code_points(rng)
    yield "every character alone", [c.encode() for c in points]
    yield "every character in context", [t.encode() for t in in_contexts(points)]
    for name, (first, last) in SCRIPTS.items():
        yield f"words: {name}", [sentences(rng, first, last, 3000).encode() for _ in range(25)]
    mixed = ["".join(sentences(rng, *rng.choice(list(SCRIPTS.values())), 40) for _ in range(8)) for _ in range(1500)]
    yield "scripts mixed", [t.encode() for t in mixed]
    yield "classes at random", [t.encode() for t in words(rng, ALPHABET, 60000, 24)]
    yield "classes at random, few", [t.encode() for _ in range(3000) for t in words(rng, rng.sample(ALPHABET, 3), 12, 10)]
    yield "emoji", [t.encode() for t in words(rng, EMOJI + ["\u200d"] * 8 + [" ", "a"], 4000, 12)]
    spaces = [" ", " ", "\n", "\r", "\t", "\r\n", "\u00a0", "\u3000", "\u2028", "\v"]
    yield "white space", [f"a{t}b {t}".encode() for t in words(rng, spaces, 12000, 16)]
    yield "digits", [t.encode() for t in words(rng, [*"0123456789.,- ", "\u0663", "\u00b2", "\u3007", "\u2167"], 12000, 16)]
    endings = [a + b for a in ["'", "\u2019", "''"] for b in "s S \u017f t T m M d D ll LL lL Ll ve VE vE re RE Re l v r x".split()]
    yield "contractions", [t.encode() for t in words(rng, endings + ["do", "DO", "\u6f22", " ", "A", "1", "\u0301"], 12000, 6)]
    yield "broken UTF-8", list(broken(rng, mixed + words(rng, ALPHABET, 6000, 16)))
    yield "long runs", [t.encode() for t in runs(6000)]
    yield "random letters", ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=4000)).encode() for _ in range(100)]
    yield "random bytes as text", [rng.randbytes(4000).decode("latin-1").encode() for _ in range(100)]
    yield "tokens side by side", list(token_sequences(rng, tokens, 60000))
    yield "every token", tokens
    yield "this repository", list(files(ROOT / "src", {".cc", ".h", ".graphql"}, 2_000_000)) + \
        list(files(ROOT / "docs", {".md"}, 500_000)) + list(files(ROOT / "tests/conformance/graphql", {".mjs"}, 500_000))
    yield "packages", list(files(ROOT / "tests/node_modules", {".js", ".ts", ".md", ".json", ".mjs"}, 3_000_000))
    yield "translations", list(files(ROOT / "tests/node_modules/zod", {".js", ".ts"}, 1_500_000))
