"""A file of many conversations, one a line, masked line by line: scrub, in many processes if asked, in memory that stays flat."""

from __future__ import annotations

import multiprocessing
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import BinaryIO

from msgspec import Struct

from sayso import scrub as scrub_bench
from sayso.facts.errors import Broken, Unfit
from sayso.scrub import Persons

AT_ONCE = 1 << 20
"""Bytes that go to a process together, and the rest of the line they end in."""
_AHEAD = 2
"""How many pieces wait for each process, so that none is idle and no more than these are held."""


class Way(Struct, frozen=True):
    """How lines are masked: the engine's name, whether names are sought, and whether those of public figures stay."""

    engine: str | None = None
    names: bool = True
    figures: bool = False


class Piece(Struct, frozen=True):
    """Lines that were masked, how many they are, and hits by kind."""

    raw: bytes
    lines: int
    counts: dict[str, int]


def mask_lines(source: BinaryIO, write: Callable[[bytes], object], way: Way, jobs: int = 1) -> tuple[int, Counter[str]]:
    """Mask each line of *source* as a conversation of its own, write them in order, and return their number and hits by kind.

    Memory holds a few pieces per process, however long the source. Raises Unfit where a line is not UTF-8; what came before it
    was written.
    """
    lines, counts = 0, Counter[str]()
    for piece in _each(_pieces(source), way, jobs):
        write(piece.raw)
        lines += piece.lines
        counts.update(piece.counts)
    return lines, counts


def _pieces(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield whole lines, about as many bytes as are read at once, with the number of the first line.

    They are not taken apart here: this process waits for no one, and the others wait for it.
    """
    number = 1
    while raw := source.read(AT_ONCE):
        if not raw.endswith(b"\n"):
            raw += source.readline()
        yield number, raw
        number += raw.count(b"\n")


def _each(pieces: Iterator[tuple[int, bytes]], way: Way, jobs: int) -> Iterator[Piece]:
    if jobs < 2:
        _begin(way)
        for number, raw in pieces:
            yield _masked(number, raw)
        return
    context = multiprocessing.get_context("spawn")  # a fork would take over what other threads of this process hold
    waiting: deque[Future[Piece]] = deque()
    with ProcessPoolExecutor(jobs, context, _begin, (way,)) as pool:
        try:
            for number, raw in pieces:
                waiting.append(pool.submit(_masked, number, raw))
                if len(waiting) >= _AHEAD * jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise Broken(
                "a process that masked lines was ended from outside; see that there is memory, then run it again"
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


_finders: list[Persons] = []
"""What finds names in this process; empty where none is to."""


def _begin(way: Way) -> None:
    scrub_bench.use(way.engine)
    _finders[:] = [Persons(keep_figures=way.figures)] if way.names else []


def _masked(number: int, raw: bytes) -> Piece:
    """Return lines masked; the number is that of the first of them."""
    try:
        lines = raw.decode("utf-8").split("\n")
    except UnicodeDecodeError as problem:
        bad = number + raw.count(b"\n", 0, problem.start)
        raise Unfit(f"line {bad} is not UTF-8 text; convert it first, or leave it out") from None
    masked = scrub_bench.mask_each(lines, recognizers=_finders)
    counts = Counter[str]()
    for one in masked:
        counts.update(one.counts)
    return Piece("\n".join(one.text for one in masked).encode(), len(lines) - (not lines[-1]), dict(counts))
