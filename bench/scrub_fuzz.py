"""Feed scrub whatever a fuzzer thinks of, and stop at the first text that breaks one of its promises.

    python bench/scrub_fuzz.py [--seconds 60] [--corpus FOLDER] [--write docs/scrub.md]

With atheris installed its coverage leads the search; without, texts are cut and joined from the examples of the table at random.
A text that breaks a promise is printed as a Python literal: it belongs into FOUND of tests/scrub/test_fuzzed.py. What is written is
how many texts atheris tried and for how long, and only where none broke a promise.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import subprocess
import sys
import time
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from sayso.facts.conversation import Attachment, Text, ToolCall, ToolResult, Turn
from sayso.facts.kinds import SURROGATED
from sayso.scrub import ROWS, Marks, Treated, find, find_many, mask, mask_json, mask_turns, treat_turns
from sayso.scrub.engine import Engine
from sayso.scrub.gates import Plain

QUIET = "How do magnets work, and why?"
SEEDS = [text.replace("·", "").replace("«", "").replace("»", "") for row in ROWS for text in (*row.yes, *row.no)]
_PLAIN: list[Engine] = []


def broken(text: str, *, engines: bool = False) -> str | None:
    """Return which promise a text breaks, or None."""
    spans = find(text)
    if any(not 0 <= span.start < span.end <= len(text) for span in spans):
        return "a span lies outside the text"
    if any(left.end > right.start for left, right in itertools.pairwise(spans)):
        return "spans overlap"
    if find(mask(text, b"k").text):
        return "the masked text still holds something"
    if find_many([QUIET, text, QUIET, text, QUIET]) != [[], spans, [], spans, []]:
        return "read with others it gives something else"
    if engines and _other(text):
        return "the engines differ"
    return _json(text) or _turns(text)


def _json(text: str) -> str | None:
    if text.lstrip()[:1] not in ("{", "["):
        return None  # only objects and arrays stay JSON
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    masked = mask_json(text, Marks(b"k")).text
    try:
        json.loads(masked)
    except ValueError:
        return "JSON went in, and none came out"
    if _writable(text) and not _writable(masked):
        return "half a character came out that did not go in"
    return None


def _writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _turns(text: str) -> str | None:
    """Return what is wrong where the text is cut in two over a person's turn and a tool's, and stands in JSON and a file's name."""
    half = len(text) // 2
    said = (Text(text[:half]), Attachment(name=text[:80], text=text))
    tool = (ToolCall(name=text[half:], input=json.dumps({text[:40]: text})), ToolResult(text[half:]))
    turns = [Turn(id="1", role="user", parts=said), Turn(id="2", role="tool", parts=tool)]
    for turn, _ in mask_turns(turns, Marks(b"k")):
        for part in turn.parts:
            if isinstance(part, Text | ToolResult) and part.text.lstrip()[:1] not in ("{", "[") and find(part.text):
                return "a masked turn still holds something"
            if isinstance(part, ToolCall) and not isinstance(json.loads(part.input), dict):
                return "a tool's input is no object any more"
    treated = treat_turns(turns, Treated(b"k", dict.fromkeys(SURROGATED, "surrogate")))
    return None if len(treated.turns) == 2 else "a turn is lost"


def _other(text: str) -> bool:
    """Return whether plain `re` finds anything else than RE2."""
    _PLAIN[:] = _PLAIN or [Engine(ROWS, Plain())]
    raw = text.encode("utf-8", "surrogatepass")
    return Engine(ROWS).spans(raw) != _PLAIN[0].spans(raw) if len(raw) < 400 else False


def text_of(data: bytes) -> str:
    """Return the text a fuzzer's bytes stand for; what is no UTF-8 becomes lone surrogates."""
    return data.decode("utf-8", "surrogateescape")


def one(data: bytes) -> None:
    """Try one input; raise where it breaks a promise."""
    text = text_of(data)
    why = broken(text)
    if why:
        print(f"{why}: {text!r}", file=sys.stderr)
        raise AssertionError(why)


def cut_and_join(rng: random.Random) -> str:
    """Return pieces of examples, side by side, with odd characters between."""
    odd = [
        "",
        " ",
        "\n",
        '"',
        "'",
        "\u200b",
        "\ud800",
        "=",
        ":",
        "@",
        "[",
        "]",
        "[EMAIL_1]",
        "\\",
        "&",
        "é",
        "１",
        "\u202e",
        "\x00",
    ]
    out = []
    for _ in range(rng.randint(1, 6)):
        seed = rng.choice(SEEDS)
        low = rng.randrange(len(seed)) if rng.random() < 0.5 else 0
        high = rng.randrange(low, len(seed)) + 1 if rng.random() < 0.5 else len(seed)
        out += [seed[low:high], rng.choice(odd)]
    return "".join(out)


def at_random(seconds: float, seed: int) -> int:
    """Try texts at random for so long; return how many broke a promise."""
    rng, tried, bad = random.Random(seed), 0, 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        text = cut_and_join(rng)
        why = broken(text)
        tried += 1
        if why:
            bad += 1
            print(f"{why}: {text!r}")
    print(f"{tried} texts at random, {bad} broke a promise")
    return bad


def led(seconds: int, corpus: Path | None) -> None:
    """Let atheris lead; it ends the process."""
    atheris = import_module("atheris")

    atheris.instrument_func(one)
    for name in (
        "masking",
        "engine",
        "judges",
        "secrecy",
        "fold",
        "spans",
        "phones",
        "checks",
        "turns",
        "batch",
        "hosts",
        "seams",
        "chains",
    ):
        module = sys.modules[f"sayso.scrub.{name}"]
        for key, value in list(vars(module).items()):
            if callable(value) and getattr(value, "__module__", "") == module.__name__ and hasattr(value, "__code__"):
                vars(module)[key] = atheris.instrument_func(value)
    folder = corpus or Path("fuzz-corpus")
    folder.mkdir(exist_ok=True)
    for number, text in enumerate(SEEDS):
        (folder / f"seed-{number}").write_bytes(text.encode())
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-max_len=600", "-timeout=20", str(folder)], one)
    atheris.Fuzz()


def written(page: Path, seconds: int, corpus: Path | None) -> None:
    """Let atheris lead in a process of its own, and write into the page what it says at its end."""
    folder = ["--corpus", str(corpus)] if corpus else []
    done = subprocess.run([sys.executable, __file__, "--seconds", f"{seconds}", *folder], stderr=subprocess.PIPE, text=True)
    said = re.search(r"Done (\d+) runs in (\d+) second", done.stderr)
    if done.returncode or said is None:
        print(done.stderr[-4000:], file=sys.stderr)
        raise SystemExit("a text broke a promise, or atheris is not installed; nothing was written")
    runs, took = (int(one) for one in said.groups())
    told = f"{runs:,} texts in {took:,} seconds, led by atheris {version('atheris')}; none broke a promise."
    import_module("peers").written(page, "scrub-fuzz", told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-random", action="store_true")
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    if given.write:
        written(given.write, given.seconds, given.corpus)
    elif given.at_random or find_spec("atheris") is None:
        sys.exit(1 if at_random(given.seconds, given.seed) else 0)
    else:
        led(given.seconds, given.corpus)


if __name__ == "__main__":
    main()
