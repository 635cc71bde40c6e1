"""Made-up addresses in the shapes of twenty countries, in sentences of chats: how many are masked, and what is masked beside them.

    python bench/scrub_places.py [--write docs/scrub.md] [--misses]

The labelled sentences that the rows were written after know some shapes and some sentences only. Here towns, streets and sentences
are other ones, and the shapes are those of national post offices. Whoever writes both the generator and the rules proves little: this
is for regressions. `sentences of numbers` hold no address; what is masked as one there is wrong.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from pathlib import Path

import peers

from sayso.scrub import find
from sayso.scrub.masking import mark_of

COUNT = 60
STEMS = [
    "Alder",
    "Birken",
    "Brücken",
    "Copper",
    "Dorfer",
    "Eichen",
    "Falken",
    "Garvel",
    "Hollen",
    "Iver",
    "Juniper",
    "Kastan",
    "Linden",
    "Marien",
    "Norder",
    "Oster",
    "Pappel",
    "Quell",
]
NAMES = [
    "Ambrose",
    "Bellini",
    "Cavour",
    "Dvorak",
    "Estrella",
    "Fonseca",
    "Garnier",
    "Horvat",
    "Ibsen",
    "Jansen",
    "Kovac",
    "Larsson",
    "Moreau",
    "Nowak",
    "Okafor",
    "Pereira",
]
TOWNS = [
    "Altenau",
    "Brookfield",
    "Castelnovo",
    "Drumore",
    "Eikeland",
    "Fontaine",
    "Granby",
    "Hallstad",
    "Isleworth",
    "Jasna",
    "Kirkby",
    "Lomas",
    "Mirande",
    "Nyby",
    "Orvalle",
]
SENTENCES = (
    "Can you draft a letter to my landlord? My address is {}, and the rent is late.",
    "We moved last month, so please ship it to {} instead.",
    "My sister lives at {} with two cats.",
    "Invoice to:\n{}\nThank you!",
    "I need a cab from the airport to {} tonight.",
    "The clinic is located at {} and closes early.",
    "{} is where the parcel should have gone.",
)
NUMBERS = (
    "Turn to page {} and read Chapter {} before Friday.",
    "The office opened in {} and had {} visitors on Monday.",
    "We live in Python {} and Windows {} these days.",
    "It was sent to {} people in Release {}.",
    "Meet me at {} PM in Room {}.",
    "Return to Step {} and set Option {} again.",
    "Flight LH{} stops at Gate {} for an hour.",
    "The corner of the {} tiles and the {} bricks broke.",
    "He moved to Level {} in Season {}.",
    "In March {} she ran {} Miles for Charity.",
)

Draw = random.Random
SHAPES: dict[str, Callable[[Draw], str]] = {
    "Australia": lambda r: (
        f"{_n(r, 300)} {_of(r, STEMS)} {_any(r, 'Street Parade Crescent Road')}, {_of(r, TOWNS)} {_any(r, 'NSW VIC QLD')} {_code(r, 4)}"
    ),
    "Austria": lambda r: f"{_of(r, STEMS)}gasse {_n(r, 90)}/{_n(r, 20)}, {_code(r, 4)} {_of(r, TOWNS)}",
    "Belgium": lambda r: f"{_of(r, STEMS)}laan {_n(r, 300)}, {_code(r, 4)} {_of(r, TOWNS)}",
    "Brazil": lambda r: f"Rua {_of(r, NAMES)} {_of(r, NAMES)}, {_n(r, 900)}, {_of(r, TOWNS)}",
    "Canada": lambda r: f"{_n(r, 4000)} {_of(r, NAMES)} {_any(r, 'Avenue Drive Court')}, {_of(r, TOWNS)}, ON",
    "Czechia": lambda r: f"{_of(r, NAMES)}ova {_n(r, 90)}, {_code(r, 3)} {_code(r, 2)} {_of(r, TOWNS)}",
    "Denmark": lambda r: f"{_of(r, STEMS)}vej {_n(r, 120)}, {_code(r, 4)} {_of(r, TOWNS)}",
    "Finland": lambda r: f"{_of(r, STEMS)}katu {_n(r, 60)} A {_n(r, 40)}, {_code(r, 5)} {_of(r, TOWNS)}",
    "France": lambda r: f"{_n(r, 150)} {_any(r, 'rue avenue boulevard')} {_of(r, NAMES)}, {_code(r, 5)} {_of(r, TOWNS)}",
    "Germany": lambda r: f"{_of(r, STEMS)}{_any(r, 'straße weg allee')} {_n(r, 120)}, {_code(r, 5)} {_of(r, TOWNS)}",
    "Hungary": lambda r: f"{_of(r, NAMES)} {_any(r, 'utca út')} {_n(r, 90)}., {_of(r, TOWNS)}",
    "India": lambda r: f"Flat {_n(r, 60)}, {_n(r, 300)} {_of(r, NAMES)} Road, {_of(r, TOWNS)} {_code(r, 6)}",
    "Ireland": lambda r: f"{_n(r, 90)} {_of(r, STEMS)} {_any(r, 'Terrace Park Grove')}, {_of(r, TOWNS)}",
    "Italy": lambda r: f"Via {_of(r, NAMES)} {_n(r, 200)}, {_code(r, 5)} {_of(r, TOWNS)}",
    "Netherlands": lambda r: f"{_of(r, STEMS)}straat {_n(r, 300)}, {_code(r, 4)} {_any(r, 'AB CD KL')} {_of(r, TOWNS)}",
    "Norway": lambda r: f"{_of(r, STEMS)}veien {_n(r, 90)}, {_code(r, 4)} {_of(r, TOWNS)}",
    "Poland": lambda r: f"ul. {_of(r, NAMES)}a {_n(r, 90)}, {_code(r, 2)}-{_code(r, 3)} {_of(r, TOWNS)}",
    "Spain": lambda r: f"Calle {_of(r, NAMES)} {_n(r, 200)}, {_code(r, 5)} {_of(r, TOWNS)}",
    "Sweden": lambda r: f"{_of(r, STEMS)}gatan {_n(r, 90)}, {_code(r, 3)} {_code(r, 2)} {_of(r, TOWNS)}",
    "United Kingdom": lambda r: (
        f"{_n(r, 200)} {_of(r, STEMS)} {_any(r, 'Close Mews Lane')}, {_of(r, TOWNS)} {_any(r, 'LS OX BS')}{_n(r, 9)} {_n(r, 9)}{_any(r, 'AB QT')}"
    ),
    "United States": lambda r: (
        f"{_n(r, 9000)} {_of(r, STEMS)} {_any(r, 'Street Ave Blvd Ln')}, {_of(r, TOWNS)}, {_any(r, 'OH TX VT')} {_code(r, 5)}"
    ),
}


def _n(rng: Draw, most: int) -> int:
    return rng.randint(1, most)


def _of(rng: Draw, words: list[str]) -> str:
    return rng.choice(words)


def _any(rng: Draw, words: str) -> str:
    return rng.choice(words.split())


def _code(rng: Draw, digits: int) -> str:
    return str(rng.randint(10 ** (digits - 1), 10**digits - 1))


def share(text: str, start: int, end: int) -> float:
    return sum(max(0, min(end, span.end) - max(start, span.start)) for span in find(text)) / (end - start)


def table(misses: bool = False) -> str:
    """Return the table, as it stands in docs/scrub.md."""
    rng = random.Random(19)
    out = ["| shape | addresses | found | 95 % | fully covered |", "|---|---|---|---|---|"]
    total = [0, 0, 0]
    for country, shape in SHAPES.items():
        shares = []
        for _ in range(COUNT):
            address, sentence = shape(rng), rng.choice(SENTENCES)
            start = sentence.index("{}")
            text = sentence.format(address)
            shares.append(share(text, start, start + len(address)))
            if misses and shares[-1] < 0.5:
                print("missed", country, repr(text))
        found, whole = sum(one >= 0.5 for one in shares), sum(one >= 1 for one in shares)
        total = [total[0] + COUNT, total[1] + found, total[2] + whole]
        out.append(f"| {country} | {COUNT} | {peers.shown(found, COUNT)} | {whole / COUNT:.3f} |")
    out.append(f"| all | {total[0]} | {peers.shown(total[1], total[0])} | {total[2] / total[0]:.3f} |")
    wrong = size = 0
    for _ in range(500):
        text = rng.choice(NUMBERS).format(_n(rng, 2100), _n(rng, 400))
        hits = [span for span in find(text) if mark_of(span.kind) in ("ADDRESS", "POSTCODE")]
        wrong, size = wrong + len(hits), size + 1
        for span in hits if misses else ():
            print("wrong", span.kind, repr(text[span.start : span.end]), repr(text))
    out += ["", f"In {size} sentences of numbers without an address, {wrong} are masked as one."]
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--misses", action="store_true")
    given = parser.parse_args()
    block = table(given.misses)
    print(block)
    if given.write:
        peers.written(given.write, "places", block)


if __name__ == "__main__":
    main()
