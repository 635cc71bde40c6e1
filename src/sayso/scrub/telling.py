"""What somebody tells of themselves in passing: age, place, employer, job. None of it is masked; together it may be one person.

A small table and not a model: what it finds is counted, and a conversation that tells too much at once stays out of a release.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import re2

from sayso.facts.canonical import digest
from sayso.facts.words import Digest

What = Literal["age", "place", "employer", "job"]
KINDS: tuple[What, ...] = ("age", "place", "employer", "job")
MOST = 8
"""Values of one kind that are taken from one text; more say that it speaks of others too."""

_APOSTROPHE = "['’]"
_AM = rf"(?:i am|i{_APOSTROPHE}?m|i was|we are|ich bin)"
_WORD = r"\p{Lu}[\p{L}\p{N}&'’-]*"
_MORE = r"\p{Lu}[\p{L}\p{N}&'’-]+"
_SMALL = r"(?:de|del|la|le|am|an|upon|of|the|und|and|der)"
_PROPER = rf"{_WORD}(?:,? (?:{_MORE}|{_SMALL} {_MORE})){{0,3}}"
_THING = rf"({_PROPER}|\p{{Ll}}[\p{{L}}'’-]{{2,}})"
_TRADES = (
    "accountant|actor|actress|analyst|architect|artist|attorney|baker|barista|bartender|biologist|builder|butcher|carer|"
    "carpenter|cashier|chef|chemist|cleaner|coach|cook|consultant|courier|dentist|designer|detective|developer|diplomat|doctor|"
    "driver|economist|editor|electrician|engineer|farmer|firefighter|fisherman|gardener|geologist|hairdresser|historian|"
    "journalist|judge|lawyer|lecturer|librarian|manager|mechanic|midwife|miner|musician|nurse|optician|painter|paramedic|"
    "pharmacist|philosopher|photographer|physician|physicist|pilot|plumber|policeman|policewoman|postman|priest|principal|"
    "producer|professor|programmer|psychologist|realtor|receptionist|sailor|salesman|scientist|secretary|singer|soldier|"
    "solicitor|student|surgeon|tailor|teacher|technician|therapist|translator|tutor|vet|veterinarian|waiter|waitress|welder|"
    "writer|lehrerin|lehrer|ärztin|arzt|ingenieurin|ingenieur|krankenschwester|pfleger"
)
_TRADE = rf"((?:\p{{L}}+ ){{0,2}}(?:{_TRADES}))"


@dataclass(frozen=True)
class Telling:
    """One way to tell something: what it tells, the pattern whose first group is the value, and examples for and against."""

    kind: What
    pattern: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


TABLE: tuple[Telling, ...] = (
    Telling(
        "age",
        rf"(?i)\b{_AM} (?:now |currently |already )?(\d{{1,3}})(?: years?(?: old)?| ?yo| y/o| jahre(?: alt)?)?"
        r"(?: and\b| now\b| und\b| with\b|[.,;:!?)\n]|$)",
        ("I am 34.", "im 19 and bored", "I'm 61 years old, retired", "Ich bin 27 Jahre alt.", "i am 34"),
        ("I am 34 percent done", "I am 3rd in line", "this is 34."),
    ),
    Telling(
        "age",
        rf"(?i)\b(?:{_AM} an? |as an? |my age is |my age: ?|i turned |i just turned )(\d{{1,3}})(?:[ -]years?[ -]old| ?yo|\b)",
        ("I'm a 42-year-old widow", "my age is 17", "As a 30 year old I", "I just turned 50"),
        ("I am a 5star reviewer", "page 17"),
    ),
    Telling(
        "place",
        rf"\b(?i:i (?:currently |now |still )?(?:live|reside|grew up|was born|am living|am based)|"
        rf"i{_APOSTROPHE}?m (?:living|based)|"
        rf"ich wohne|ich lebe)(?i: here)?"
        rf"(?i: (?:in|near|at|outside|bei|nahe)) (?i:the (?:city|town|village) of )?{_THING}",
        (
            "I live in Port Howard",
            "i live in berlin",
            "I'm based in São Tomé",
            "Ich wohne in Bad Tölz",
            "I grew up near Ayr, Scotland",
        ),
        ("I live in a flat", "I live in my car", "they live in Paris"),
    ),
    Telling(
        "place",
        rf"\b(?i:{_AM} (?:originally )?from|ich komme aus|my (?:home ?town|village|city) is) {_THING}",
        ("I'm from Oban", "My hometown is Ludlow"),
        ("I am from the future", "he is from Oban"),
    ),
    Telling(
        "employer",
        rf"\b(?i:i (?:currently |now |still )?(?:work|worked|am employed|am working)|i{_APOSTROPHE}?m (?:employed|working)|"
        rf"ich arbeite|my job is)(?i: (?:at|for|with|bei|für)) (?i:the )?{_THING}",
        ("I work at Falkland Conservation as a ranger", "i work for tesco", "Ich arbeite bei Bosch"),
        ("I work for a bank", "I work for myself", "she works at Bosch"),
    ),
    Telling(
        "employer",
        rf"\b(?i:my (?:employer|company|firm) is(?: called)?|mein arbeitgeber ist) {_THING}",
        ("My employer is Acme Ropes",),
        ("My employer is a bank",),
    ),
    Telling(
        "job",
        r"(?i)\b(?:i|we|ich)(?: \S+){0,7} (?:as|als) (?:an? |the |eine? )?"
        r"((?:\p{L}+[ -]){0,2}\p{L}+)(?:[.,;:!?)\n]| (?:in|at|for|with|and|but|bei)\b|$)",
        (
            "I work at Falkland Conservation as a penguin ranger.",
            "I am employed as night porter",
            "Ich arbeite bei Bosch als Dreher",
        ),
        ("as a rule, no", "I see it"),
    ),
    Telling(
        "job",
        rf"(?i)\b(?:{_AM}|my job is|i work as) (?:an? |the )?(?:retired |former |trained )?{_TRADE}\b",
        ("I'm a marine biologist", "I am a nurse", "I'm a retired judge"),
        ("I am a fan of cats", "you are a nurse"),
    ),
)


def _any_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NOT = {
    "place": _any_of(
        "the this that there here fear hope peace poverty pain luck case fact general particular our their his her your its him "
        "your one two what which where when how and but with without danger need love debt den der einer einem meiner"
    ),
    "employer": _any_of(
        "the this that them him her our their his your its free myself yourself ourselves hours days weeks months years now you "
        "people you both money fun some someone somebody einer einem eine mich uns"
    ),
    "job": _any_of(
        "well such much many soon long far good if it result rule whole example follows usual expected possible always never a i "
        "you he she we they them him her me"
    ),
}
_WORKING = re.compile(r"\b(?:work\w*|employ\w*|job|arbeite\w*|tätig|serve|served|serving)\b", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\xa0]+")
_COMPILED = [(row, re2.compile(row.pattern)) for row in TABLE]


def table_digest() -> Digest:
    """Return the digest of the table, so that a release says which one it was weighed with."""
    return digest([[row.kind, row.pattern] for row in TABLE] + [sorted(words) for _, words in sorted(_NOT.items())])


def told(texts: Iterable[str]) -> list[tuple[What, str]]:
    """Return what these texts of one person tell of them, each thing once, in order: its kind, and the value in small letters.

    Marks such as `[ADDRESS_1]` tell nothing. Linear in the length of the texts.

    >>> told(["Hi, I'm 34 and I live in Port Howard. I work at the Kelp Trust as a ranger."])
    [('age', '34'), ('place', 'port howard'), ('employer', 'kelp trust'), ('job', 'ranger')]
    """
    found: dict[tuple[What, str], None] = {}
    met: dict[What, int] = {}
    for text in (_SPACES.sub(" ", one) for one in texts):
        for row, pattern in _COMPILED:
            for match in pattern.finditer(text):
                value = " ".join(match.group(1).casefold().strip(" .,;:!?'’-").split())
                thing = (row.kind, value)
                if thing in found or met.get(row.kind, 0) >= MOST or not _FITS[row.kind](value, match.group(0)):
                    continue
                found[thing] = None
                met[row.kind] = met.get(row.kind, 0) + 1
    return sorted(found, key=lambda one: (KINDS.index(one[0]), one[1]))


def _age(value: str, _: str) -> bool:
    return 5 <= int(value) <= 110


def _job(value: str, said: str) -> bool:
    return value.split(" ", maxsplit=1)[0] not in _NOT["job"] and (_WORKING.search(said) is not None or " as " not in f" {said} ")


_FITS: dict[What, Callable[[str, str], bool]] = {
    "age": _age,
    "place": lambda value, _: value.split(" ", maxsplit=1)[0] not in _NOT["place"],
    "employer": lambda value, _: value.split(" ", maxsplit=1)[0] not in _NOT["employer"],
    "job": _job,
}
