"""Write src/sayso/scrub/persons/lexicon.txt: which words are first names, surnames, places or plain words.

    python scripts/persons_lexicon.py --words FOLDER

The names and places come from the packages Faker and mimesis (both MIT), which must be installed where this runs and nowhere
else; FOLDER holds `american-english-small` and `american-english` of Debian's wamerican-small and wamerican 2020.12.07
(SCOWL, whose licence asks for its notice; it stands in the licences file beside the lexicon). Same versions, same bytes.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from pkgutil import iter_modules

TARGET = Path(__file__).resolve().parents[1] / "src" / "sayso" / "scrub" / "persons" / "lexicon.txt"
VERSIONS = {"Faker": "40.54.0", "mimesis": "22.2.0"}
WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f])+(?:['’](?:[^\W\d_]|[\u0300-\u036f])+)*")
FIRST, MANY_FIRST, LAST, MANY_LAST, PLACE, PLAIN, RARE, PROPER = (1 << n for n in range(8))
CASED = re.compile(r"[a-z\u00df-\u024f\u0370-\u052f]")


def words(text: str) -> Iterator[str]:
    """Yield the words of a name, in small letters, where they belong to a script with capitals."""
    for word in WORD.findall(unicodedata.normalize("NFC", text)):
        low = word.lower().replace("’", "'")
        if CASED.match(low) and 2 <= len(low) <= 20:
            yield low


def strings(value: object) -> Iterator[str]:
    """Yield every string in nested lists and mappings; of a mapping whose values are weights, its keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(key if isinstance(inner, int | float) else inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from strings(inner)


def of_faker() -> Iterator[tuple[str, str, str]]:
    """Yield what a name is, where it is used, and the name."""
    for kind, shapes in (
        ("person", {"first_name": "first", "last_name": "last"}),
        ("address", {"cit": "place", "countr": "place", "state": "place"}),
    ):
        package = import_module(f"faker.providers.{kind}")
        for found in sorted(iter_modules(package.__path__), key=lambda one: one.name):
            provider = import_module(f"faker.providers.{kind}.{found.name}").Provider
            for attribute in sorted(vars(provider)):
                what = next((what for start, what in shapes.items() if attribute.startswith(start)), None)
                value = getattr(provider, attribute)
                if what and not callable(value) and not attribute.endswith(("formats", "suffixes", "prefixes", "abbr")):
                    for text in strings(value):
                        if "{{" not in text:
                            yield what, found.name[:2], text


def of_mimesis() -> Iterator[tuple[str, str, str]]:
    """Yield the same from mimesis."""
    folder = Path(import_module("mimesis").__file__).parent / "datasets"
    for path in sorted(folder.glob("*/person.json")):
        held = json.loads(path.read_text(encoding="utf-8"))
        for key, what in (("names", "first"), ("surnames", "last")):
            yield from ((what, path.parent.name[:2], text) for text in strings(held.get(key, [])))
    for path in sorted(folder.glob("*/address.json")):
        held = json.loads(path.read_text(encoding="utf-8"))
        for key in ("city", "country", "state", "continent"):
            for text in strings(held.get(key, [])):
                yield "place", path.parent.name[:2], re.sub(r"^[A-Z]{2}$", "", text)


def lexicon(folder: Path) -> dict[str, int]:
    """Return each word with its bits."""
    used: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for what, where, text in (*of_faker(), *of_mimesis()):
        for word in words(text):
            used[word][what].add(where)
    bits: Counter[str] = Counter()
    for word, kinds in used.items():
        for what, one, many in (("first", FIRST, MANY_FIRST), ("last", LAST, MANY_LAST), ("place", PLACE, 0)):
            bits[word] |= (one if kinds.get(what) else 0) | (many if len(kinds.get(what, ())) > 2 else 0)
    for name, bit in (("american-english-small", PLAIN), ("american-english", RARE)):
        for line in (folder / name).read_text(encoding="utf-8").split():
            if line.isalpha():
                known = bits[line.lower()]
                if line.islower():
                    bits[line] = known | (0 if bit == RARE and known & PLAIN else bit)
                elif line.istitle():
                    bits[line.lower()] = known | PROPER
    return bits


def packed(bits: dict[str, int]) -> str:
    """Return sorted lines: how many characters are shared with the line before (one letter), the rest, a tab, the bits in hex."""
    lines, before = [], ""
    for word in sorted(bits):
        shared = 0
        while shared < min(len(word), len(before), 25) and word[shared] == before[shared]:
            shared += 1
        lines.append(f"{chr(65 + shared)}{word[shared:]}\t{bits[word]:x}\n")
        before = word
    return "".join(lines)


def main() -> None:
    """Write the lexicon."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=Path, required=True)
    given = parser.parse_args()
    for name, wanted in VERSIONS.items():
        if version(name) != wanted:
            raise SystemExit(f"{name} is {version(name)}; install {wanted}, or change it here and train anew")
    bits = lexicon(given.words)
    TARGET.write_text(packed(bits), encoding="utf-8")
    print(f"{len(bits)} words, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
