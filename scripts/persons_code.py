"""Pieces of public programs for training: code in which nobody is named, and the same with lines that name somebody put in.

FOLDER holds clones, or the same files, of
    click       pallets/click          2c8cd3ac958a7eb316d67f2d316c27086c4c0369    BSD-3-Clause
    express     expressjs/express      a3714473feb3d2908add734d340e7755fd85e0a3    MIT
    gin         gin-gonic/gin          dcaa4296d111981ffb31ac3eba90bb63e1eb5ab9    MIT
    gson        google/gson            9835b6f90192f79cdf5300c528fc6212455fb6c1    Apache 2.0
    ripgrep     BurntSushi/ripgrep     3fce3b5bb0236da2df6d99672afb8a719642eca7    MIT, or the Unlicense
Lines that may name somebody are left out: those with a word of thanks or authorship, and those with a first name by the lexicon. So
what is left counts as nobody's, and the model learns of `elif`, `lineno` and `struct`, in code and in the words about it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

from persons_data import Labelled
from persons_sentences import filled

from sayso.scrub.persons.lexicon import MANY_FIRST, PLAIN, RARE, lexicon

PROGRAMS = ("click", "express", "gin", "gson", "ripgrep")
ENDINGS = frozenset([".py", ".js", ".go", ".java", ".rs", ".md", ".toml", ".yml", ".yaml", ".json", ".sh"])
PIECES = 700
LENGTHS = (1, 3, 8, 15, 30, 60)
"""How many lines a piece may be long."""
NAMED = 0.4
"""How many of the pieces get lines that name somebody."""
_LONGEST_FILE, _LONGEST_LINE = 400_000, 400
_SOMEBODY = re.compile(
    r"author|copyright|thank|credit|contribut|maintain|reported by|@\w|\bby [A-Z]|co-auth|signed|reviewed|Dr\.|Mr\.|"
    r"sherlock|watson|holmes",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"(?<![\w.])[A-Z][a-z]+(?![\w(])")
LINES = """\
# Written by {n}
# {n}, March 2003
# Author: {n}
// Copyright (c) 2014 {n}
// Copyright 2009-2019 {n} and {n}. All rights reserved.
 * Copyright (C) 2008 {n}
 * @author {n}
 * @author {f} {l}
 * Written and maintained by {n}
# TODO({f}): drop this
// TODO({f}) rename it
// FIXME: {f} says this is slow
// {f}: is this still needed?
# thanks to {n} for the report
- Fix a crash on Windows (thanks to {n})
* {n} (#1432)
* Add a flag for colours, by {n}
- Reported by {n}.
# Contributed by {n} and {n}.
# based on an idea of {n}
# the algorithm of {l} and {l} (1998)
# see {l}, "On the {w} of {w}"
Signed-off-by: {n} <x@example.org>
Co-authored-by: {n} <x@example.org>
Reviewed-by: {n}
Author: {n} <x@example.org>
    {C} = "{n}"
    name = "{n}"
    "author": "{n}",
    "name": "{n}",
    {"id": 7, "name": "{n}", "age": 31},
      "customer": {"first": "{f}", "last": "{l}"},
  - name: {n}
author: {n}
authors = ["{n} <x@example.org>"]
maintainer = "{n}"
    user = User("{n}", 34)
    assert greet("{f}") == "Hello, {f}!"
    person.setName("{n}");
    print("Hello {f}")
INSERT INTO users VALUES (3, '{n}', '{P}');
    {w} = ["{f}", "{f}", "{f}"]
{l},{f},1987-03-02,{P}
{n};{P};{w}
-- {n} asked for this on Monday
// ask {f} before you change this
# {f} and {f} tried it; it failed
# as {f} pointed out, {w} may be {w}
Hi {f}, can you look at this build?
git commit -m "{f}'s fix for the {w}"
""".splitlines()


def pieces(folder: Path, seed: int) -> Iterator[Labelled]:
    """Yield pieces of programs in which nobody is named."""
    rng = random.Random(seed)  # noqa: S311 - the same draws each time, no secret
    for program in PROGRAMS:
        held = []
        for path in sorted((folder / program).rglob("*")):
            if path.suffix in ENDINGS and path.is_file() and path.stat().st_size < _LONGEST_FILE:
                held += _cut(path.read_text(encoding="utf-8", errors="ignore").split("\n"), rng)
        for text in rng.sample(held, min(PIECES, len(held))):
            yield Labelled(text, ())


def coded(folder: Path, seed: int, names: object) -> Iterator[Labelled]:
    """Yield pieces of programs, some of them with lines put in that name somebody."""
    rng = random.Random(seed + 2)  # noqa: S311 - as above
    for one in pieces(folder, seed):
        yield _named(one.text.split("\n"), rng, names) if rng.random() < NAMED else one


def _cut(lines: list[str], rng: random.Random) -> Iterator[str]:
    at = 0
    while at < len(lines):
        size = rng.choice(LENGTHS)
        text = "\n".join(line for line in lines[at : at + size] if len(line) < _LONGEST_LINE and not _somebody(line))
        at += size
        if len(text) > 20:
            yield text


def _somebody(line: str) -> bool:
    """Return whether a line may name somebody."""
    if _SOMEBODY.search(line):
        return True
    known = lexicon()
    held = (known.get(word.lower(), 0) for word in _CAPITAL.findall(line))
    return any(bits & MANY_FIRST and not bits & (PLAIN | RARE) for bits in held)


def _named(lines: list[str], rng: random.Random, names: object) -> Labelled:
    """Return these lines with one to three between them that name somebody."""
    told = {rng.randrange(len(lines) + 1): filled(rng.choice(LINES), names, rng) for _ in range(rng.choice((1, 1, 2, 3)))}
    text, spans = "", []
    for number in range(len(lines) + 1):
        one = told.get(number)
        if one:
            spans += [(start + len(text), end + len(text)) for start, end in one.spans]
            text += one.text + "\n"
        text += "\n".join(lines[number : number + 1]) + "\n" * (number < len(lines))
    return Labelled(text, tuple(spans))
