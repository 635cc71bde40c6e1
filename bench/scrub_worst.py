"""How long one megabyte of each of many nasty shapes takes, and ten megabytes of each row's own worst.

    python bench/scrub_worst.py [--write docs/scrub.md] [--size 1000000]
    python bench/scrub_worst.py --rows [--size 10000000] [--shape hits] [--kind email] [--skip 100] [--within 600] [--write docs/scrub.md]
    python bench/scrub_worst.py --measured FILE [--write docs/scrub.md]
    python bench/scrub_worst.py --names [--write docs/scrub.md] [--size 150000]

CPU seconds of one core, the gate warmed before. The first form writes a table; the second prints for each row how long its worst
texts and a tenth of them took, and fails where ten times the text took more than twenty times as long; the third makes the
table of what the second printed, since all rows together take long. The fourth writes a table of the same shapes, and of some
built for names, with names of persons sought too.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sayso.scrub import ROWS, Marks, Persons, Row, find, mask_json, mask_texts
from sayso.scrub.engine import Engine
from sayso.scrub.spans import Span

BEGIN, END = "<!-- scrub-worst:begin -->\n", "<!-- scrub-worst:end -->"
ROWS_BEGIN, ROWS_END = "<!-- scrub-rows:begin -->\n", "<!-- scrub-rows:end -->"
NAMES_BEGIN, NAMES_END = "<!-- scrub-worst-names:begin -->\n", "<!-- scrub-worst-names:end -->"
NOISE = hashlib.shake_256(b"picture").digest(900_000)
PICTURE = base64.b64encode(NOISE).decode()
PERSON = "Ana Lima, ana.lima@example.org, +1 415-263-2671, card 4111 1111 1111 1111. "
MINIFIED = (
    '!function(e,t){var n=e.a,r=t["c"]||{token:n.key,d:[1,2.5,"x"]};return r.pass=function(a){return a.b&&a.b(1)},r}(this,0);'
)
SHAPES: dict[str, str] = {
    "minified JavaScript, one line": MINIFIED,
    "a base64 picture": PICTURE,
    "base64 pictures of 3 KB": f"data:image/png;base64,{PICTURE[:3000]} ",
    "base64 lines of 76": "\n".join(PICTURE[at : at + 76] for at in range(0, 76 * 400, 76)) + "\n",
    "base64 of personal data": base64.b64encode((PERSON * 40).encode()).decode() + "\n",
    "base64 of harmless text": base64.b64encode(b"How do magnets work, and why do they attract? " * 9).decode() + "\n",
    "hexadecimal, no line break": NOISE[:50_000].hex(),
    "letters, no line break": "a",
    "digits, no line break": "1",
    "digits with spaces": "4 1 1 1 ",
    "brackets": "[",
    "a@a@": "a@",
    "a.a.a.": "a.a.a.",
    "1.1.1.1.": "1.1.1.",
    "colons": "ab:cd:",
    "plus and digits": "+1 ",
    "quotes": "\"'",
    "key=": "key=",
    "password: ": "password: ",
    "the password is": "the password is ",
    "token heads": "eyJaaaaaaaa-",
    "private key heads": "-----BEGIN PRIVATE KEY-----\n",
    "URLs with users": "https://a:b/",
    "personal data and nothing else": PERSON,
    "addresses": "ana.lima@example.org ",
    "cards": "4111 1111 1111 1111 ",
    "telephone numbers": "+44 20 7946 0958, ",
    "wrong telephone numbers": "+99 123 456 789 01, ",
    "IBANs": "GB82 WEST 1234 5698 7654 32 ",
    "IP addresses": "86.121.97.248 ",
    "secrets": 'api_key = "f7Qx92LmZpR4a8"\n',
    "secrets that are none": "api_key = os.environ[KEY]\n",
    "marks": "[EMAIL_1] ",
    "names told": "My name is Ana Lima. ",
    "handles, no line break": "thanks @ana_lima! ",
    "handles cut short": "thanks @ana_",
    "right-to-left": "شكرا جزيلا على ٤١١١ كل شيء ",
    "right-to-left marks": "a\u202eb\u202c1\u200f",
    "combining characters": "e\u0301\u0302\u0303",
    "one letter with a million accents": "\u0301",
    "joined with zero width": "4\u200b1\u200b1\u200b1\u200b",
    "full width": "４１１１\u3000",
    "lone surrogates": "\ud83d\udc00",
    "Chinese": "请联系我们的客服部门谢谢。",
    "emoji": "👩‍👩‍👧 ",
    "zero bytes": "\0",
    "line breaks": "\n",
    "spaces": " ",
}
NAMED: dict[str, str] = {
    "Persons()": "Persons()",
    "Mr. without a blank": "Mr.",
    "two letters, all names": "Xk Yj Zl ",
    "one first name": "Ana ",
    "one first name in small letters": "ana ",
    "one full name": "Ana Lima ",
    "initials": "A. ",
    "surnames with an apostrophe": "O'Neil-",
    "words that join names": "Ana de la ",
    "a name, then a call": "Ana(Lima) ",
    "names in Chinese commas": "Ana，Lima，",
}
"""Shapes built against the finder of names."""


def filled(piece: str, size: int) -> str:
    """The piece again and again, up to a size."""
    return (piece * (size // len(piece) + 1))[:size]


def nested(size: int) -> str:
    """JSON in JSON in JSON, each a string of the one around it, until the escapes have filled the size."""
    text = json.dumps({"to": "bo@example.org", "password": "Kj8xPq2m"})
    while len(text) < size // 2:
        text = json.dumps({"body": text, "n": [1, 2, {"x": text[:40]}]})
    return text


def texts(size: int) -> Iterator[tuple[str, str, Callable[[str], object]]]:
    """What is measured: its name, the text, and what is done with it."""

    def masked(text: str) -> object:
        return mask_json(text, Marks(b"k"))

    for name, piece in SHAPES.items():
        yield name, filled(piece, size), find
    drawn = base64.b64encode(hashlib.shake_256(b"drawn").digest(size)).decode()
    yield "base64 lines of 76, no two alike", "\n".join(drawn[at : at + 76] for at in range(0, size, 76))[:size], find
    yield "base64 words of 20, no two alike", " ".join(drawn[at : at + 20] for at in range(0, size, 20))[:size], find
    yield "base64 words of 8, no two alike", " ".join(drawn[at : at + 8] for at in range(0, size, 8))[:size], find
    small = drawn.lower().translate({ord(char): None for char in "0123456789+/="})
    yield "drawn small letters in words of 7", " ".join(small[at : at + 7] for at in range(0, len(small), 7))[:size], find
    yield (
        "hexadecimal, no two lines alike",
        "\n".join(drawn.encode()[at : at + 32].hex() for at in range(0, size // 2, 32))[:size],
        find,
    )
    yield (
        "numbers, no two alike",
        " ".join(str(int(drawn.encode()[at : at + 6].hex(), 16)) for at in range(0, size // 2, 6))[:size],
        find,
    )
    yield "JSON in JSON", nested(size), masked
    yield "JSON, a list of small objects", "[" + ",".join(['{"name": "x", "n": 1, "token": "auto"}'] * (size // 40)) + "]", masked
    yield "JSON, a hundred thousand brackets deep", "[" * (size // 10) + "]" * (size // 10), masked


def named_texts(size: int) -> Iterator[tuple[str, str]]:
    """What is measured with names: the name of a shape and the text."""
    for name, text, _ in texts(size):
        yield name, text
    for name, piece in NAMED.items():
        yield name, filled(piece, size)
    drawn = base64.b64encode(hashlib.shake_256(b"named").digest(size)).decode()
    letters = "".join(char for char in drawn if char.isalpha())
    words = [letters[at : at + 7].capitalize() for at in range(0, len(letters), 7)]
    yield "drawn words of 7 with capitals", " ".join(words)[:size]
    yield "drawn words of 7 with capitals, no blank", ",".join(words)[:size]
    code = (f"var {a}={b}.{c}({d})" for a, b, c, d in zip(*[iter(words)] * 4, strict=False))
    yield "drawn minified code", ";".join(code)[:size]


def cpu(act: Callable[[str], object], text: str) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    act(text)
    return time.process_time() - start


def table(size: int) -> str:
    """The shapes, slowest first, as Markdown."""
    for row in ROWS:
        find(row.yes[0])
    took = sorted(((cpu(act, text), name, len(text)) for name, text, act in texts(size)), reverse=True)
    lines = [f"| shape, {size / 1e6:g} MB of it | CPU seconds |", "|---|---|"]
    lines += [f"| {name} | {seconds:.2f} |" for seconds, name, _ in took]
    within = sum(seconds < 0.5 for seconds, _, _ in took)
    return "\n".join(lines) + f"\n\n{within} of {len(took)} within half a second.\n"


class Timed:
    """The finder of names, and the CPU seconds it has taken."""

    def __init__(self) -> None:
        self.inner, self.took = Persons(), 0.0

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        start = time.process_time()
        spans = self.inner.find(texts)
        self.took += time.process_time() - start
        return spans


def names_table(size: int) -> str:
    """The shapes with names, slowest first, as Markdown: what a megabyte takes by itself, and told a name elsewhere."""
    persons, megabytes = Timed(), size / 1e6
    for row in ROWS:
        find(row.yes[0], recognizers=[persons])
    tenths = {name: cpu(lambda text: persons.inner.find([text]), text) for name, text in named_texts(size // 10)}
    took: list[tuple[float, float, float, str]] = []
    for name, text in named_texts(size):
        persons.took = 0.0
        both = cpu(lambda text: find(text, recognizers=[persons]), text)
        alone = persons.took
        told = cpu(lambda text: mask_texts([text, "My name is Ana Lima."], Marks(b"k"), recognizers=[persons]), text)
        took.append((both, alone, told, name))
    lines = ["| shape | names alone | times a tenth of it | patterns and names | masked, with a name told elsewhere |"]
    lines.append("|---|---|---|---|---|")
    for both, alone, told, name in sorted(took, reverse=True):
        grew = f"{alone / tenths[name]:.1f}" if tenths[name] > 0.005 else "-"
        a, b, c = (f"{seconds / megabytes:.2f}" for seconds in (alone, both, told))
        lines.append(f"| {name} | {a} | {grew} | {b} | {c} |")
    within = [sum(one[at] < 0.5 * megabytes for one in took) for at in (1, 0, 2)]
    of = f"CPU seconds a megabyte, measured on {megabytes:g} MB of each of {len(took)} shapes. Within half a second: {within[0]}"
    return (
        "\n".join(lines) + f"\n\n{of} for names alone, {within[1]} for patterns and names, {within[2]} masked with a name told.\n"
    )


def worst(row: Row) -> dict[str, bytes]:
    """A row's worst: hits side by side, the same cut short so that each wakes the row and none ends, and without spaces."""
    whole = row.yes[0].replace("·", "").replace("«", "").replace("»", "").encode()
    return {"hits": whole + b" ", "cut short": whole[: max(4, len(whole) * 2 // 3)], "run together": whole.replace(b" ", b"")}


def rows(size: int, kinds: list[str], shapes: list[str], *, skip: int = 0, within: float = 1e9) -> list[dict[str, object]]:
    """Feed each row its worst, and say how long a tenth of it and all of it took; stop when the time is up."""
    out: list[dict[str, object]] = []
    begun = time.monotonic()
    for row in ROWS[skip:]:
        if (kinds and row.kind not in kinds) or time.monotonic() - begun > within:
            continue
        engine = Engine([row])
        engine.spans(row.yes[0].encode())
        for name, piece in worst(row).items():
            if shapes and name not in shapes:
                continue
            took = []
            for part in (size // 10, size):
                text = (piece * (part // len(piece) + 1))[:part]
                start = time.process_time()
                engine.spans(text)
                took.append(time.process_time() - start)
            out.append({"kind": row.kind, "shape": name, "tenth": took[0], "whole": took[1], "size": size})
            print(json.dumps(out[-1]), flush=True)
    return out


def too_slow(one: dict[str, object]) -> bool:
    """Whether ten times the text took more than twenty times as long."""
    return float(str(one["whole"])) > 20 * max(float(str(one["tenth"])), 0.02)


def rows_table(measured: list[dict[str, object]]) -> str:
    """What was measured of rows, as Markdown: how many, the slowest, and what grew faster than its text."""
    kinds = {one["kind"] for one in measured}
    sizes = {int(str(one["size"])) for one in measured}
    slowest = sorted(measured, key=lambda one: -float(str(one["whole"])) / int(str(one["size"])))[:20]
    lines = ["| row | its worst | MB | CPU seconds | times a tenth of it |", "|---|---|---|---|---|"]
    for one in slowest:
        whole, tenth = float(str(one["whole"])), float(str(one["tenth"]))
        times = f"{whole / tenth:.1f}" if tenth > 0.02 else "-"
        lines.append(f"| {one['kind']} | {one['shape']} | {int(str(one['size'])) / 1e6:g} | {whole:.2f} | {times} |")
    grew = [f"{one['kind']} ({one['shape']})" for one in measured if too_slow(one)]
    of = ", ".join(f"{size / 1e6:g} MB" for size in sorted(sizes))
    told = f"{len(kinds)} of {len(ROWS)} rows, three shapes each, {of} of each shape; the twenty slowest. "
    return "\n".join(lines) + f"\n\n{told}Grew faster than their text: {', '.join(grew) or 'none'}.\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--rows", action="store_true")
    parser.add_argument("--kind", action="append", default=[], help="with --rows: this row alone; may be given several times")
    parser.add_argument("--shape", action="append", default=[], help="with --rows: this shape alone, such as `hits`")
    parser.add_argument("--skip", type=int, default=0, help="with --rows: pass over so many rows")
    parser.add_argument("--within", type=float, default=1e9, help="with --rows: begin no row after so many seconds")
    parser.add_argument("--measured", type=Path, help="take the lines that --rows printed, and measure nothing")
    parser.add_argument("--names", action="store_true", help="with names of persons sought too")
    given = parser.parse_args()
    if given.rows or given.measured:
        if given.measured:
            measured = [
                json.loads(line) for line in given.measured.read_text(encoding="utf-8").splitlines() if line.startswith("{")
            ]
        else:
            measured = rows(given.size or 10_000_000, given.kind, given.shape, skip=given.skip, within=given.within)
        print(rows_table(measured))
        if given.write:
            put(given.write, ROWS_BEGIN, ROWS_END, rows_table(measured))
        sys.exit(1 if any(too_slow(one) for one in measured) else 0)
    made = names_table(given.size or 150_000) if given.names else table(given.size or 1_000_000)
    print(made)
    if given.write:
        begin, end = (NAMES_BEGIN, NAMES_END) if given.names else (BEGIN, END)
        put(given.write, begin, end, made)


def put(path: Path, begin: str, end: str, made: str) -> None:
    """Write what was made between two marks of a page."""
    before, _, rest = path.read_text(encoding="utf-8").partition(begin)
    path.write_text(before + begin + made + end + rest.partition(end)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
