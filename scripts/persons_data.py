"""Labelled texts in which persons are marked, read from copies of public repositories; what is for training and what is not.

FOLDER holds clones, or the same files, of
    emerging_entities_17     leondz/emerging_entities_17      e52a2d2a71ac1a051ca2d532eef28653c5c02603    CC BY 4.0
    broad_twitter_corpus     GateNLP/broad_twitter_corpus     0c45ef7b1924a6b8115bceab388781590b1b553a    CC BY 4.0
    litbank                  dbamman/litbank                  3e50db0ffc033d7ccbb94f4d88f6b99210328ed8    CC BY 4.0
and of words that stand in like places (scripts/persons_groups.py) the one file 6mpaths, found beside the program's resources:
    ark-tweet-nlp            brendano/ark-tweet-nlp           72755ccd1b29ba8e1dbbb49efe57ba9723c0013b    Apache 2.0
The split is by document and fixed: of WNUT17 its own test part is held out, of the Broad Twitter Corpus section F, of LitBank
every book whose Gutenberg number is divisible by five. Nothing held out is read by the training script.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and where in it persons stand, in code points."""

    text: str
    spans: tuple[tuple[int, int], ...]


def joined(tokens: Iterable[tuple[str, bool, bool]]) -> Labelled:
    """Return tokens, each with whether it is part of a person and whether it begins one, as one text.

    A lone `@` is put before its handle again, as it was typed. A handle is no name here, whatever its label: WNUT17 marks some
    and not others, the Broad Twitter Corpus marks most.
    """
    text, spans, glued, open_, handle = "", [], False, False, False
    for token, inside, begins in tokens:
        at = len(text)
        # `@DYLpickle _ 13` is one handle that a tokenizer cut
        handle = token.startswith("@") or glued or (handle and (token.strip("_").isdigit() or "_" in (token[0], text[-2:-1])))
        if inside and not handle:
            if begins or not open_:
                spans.append((at, at + len(token)))
            else:
                spans[-1] = (spans[-1][0], at + len(token))
        open_ = inside and not handle
        glued = token == "@"  # noqa: S105 - a sign, no password
        text += token + ("" if glued else " ")
    return Labelled(text[:-1], tuple(_bare(text, start, end) for start, end in spans))


def handled(path: Path) -> Iterator[tuple[str, list[tuple[int, int, bool]]]]:
    """Yield the texts of a file with where handles stand in them, `@` included, and whether each is labelled a person."""
    for tokens in _blocks(path):
        text, places, glued = "", [], False
        for token, inside, _ in tokens:
            at = len(text) - glued
            if (token.startswith("@") and len(token) > 2) or (glued and len(token) > 1):
                places.append((at, len(text) + len(token), inside))
            glued = token == "@"  # noqa: S105 - a sign, no password
            text += token + ("" if glued else " ")
        yield text[:-1], [(start, end, person) for start, end, person in places if text[start] == "@"]


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the place of a name without `the`, `old` or `poor` before it."""
    while (
        match := re.match(r"(?:the|a|an|old|poor|dear|young|late|little|unfortunate|dazzling|good) ", text[start:end])
    ) is not None:
        start += match.end()
    return start, end


def conll(path: Path) -> Iterator[Labelled]:
    """Yield the texts of a file with a token and its label on each line and an empty line between texts."""
    return map(joined, _blocks(path))


def _blocks(path: Path) -> Iterator[list[tuple[str, bool, bool]]]:
    tokens: list[tuple[str, bool, bool]] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if not line.strip():
            if tokens:
                yield tokens
            tokens = []
            continue
        token, _, label = line.rstrip().rpartition("\t")
        kind = label.rpartition("-")[2].lower()
        tokens.append((token.strip(), kind.startswith("per"), label.startswith("B")))


def books(folder: Path, held_out: bool) -> Iterator[Labelled]:
    """Yield the books of LitBank: a person is a mention of the coreference layer that is a proper name."""
    for path in sorted((folder / "coref" / "tsv").glob("*.txt")):
        if (int(path.name.partition("_")[0]) % 5 == 0) != held_out:
            continue
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
        inside = [[False] * len(line) for line in lines]
        begins = [[False] * len(line) for line in lines]
        for mention in path.with_suffix(".ann").read_text(encoding="utf-8").splitlines():
            parts = mention.split("\t")
            if parts[0] == "MENTION" and parts[7:9] == ["PER", "PROP"]:
                row, first, last = int(parts[2]), int(parts[3]), int(parts[5])
                inside[row][first : last + 1] = [True] * (last - first + 1)
                begins[row][first] = True
        text, spans = "", []
        for line, within, starts in zip(lines, inside, begins, strict=True):
            one = joined(zip(line, within, starts, strict=True))
            spans += [(start + len(text), end + len(text)) for start, end in one.spans]
            text += one.text + "\n"
        yield Labelled(text, tuple(spans))


def training(folder: Path) -> dict[str, list[Labelled]]:
    """Return what a model may learn from, by source."""
    noisy, tweets = folder / "emerging_entities_17", folder / "broad_twitter_corpus"
    return {
        "wnut17": [*conll(noisy / "wnut17train.conll"), *conll(noisy / "emerging.dev.conll")],
        "btc": [one for part in "abegh" for one in conll(tweets / f"{part}.conll")],
        "litbank": list(books(folder / "litbank", held_out=False)),
    }


def held_out(folder: Path) -> dict[str, list[Labelled]]:
    """Return what no model was trained on, by source."""
    return {
        "wnut17": list(conll(folder / "emerging_entities_17" / "emerging.test.annotated")),
        "btc": list(conll(folder / "broad_twitter_corpus" / "f.conll")),
        "litbank": list(books(folder / "litbank", held_out=True)),
    }


def tokens(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of what stands between blanks."""
    return (match.span() for match in re.finditer(r"\S+", text))
