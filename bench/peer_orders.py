"""What a tool of the comparison is, and how its process answers orders. Knows nothing of any tool.

An order is a line of JSON: `{"ask": [texts]}` is answered by the hits of each text, `[start, end, type, score, by]`, or null where the tool fell
over it; `{"hold": [texts]}` keeps texts; `{"time": [from, to]}` answers the CPU seconds the tool's own work took over those; `{"limit":
seconds}` ends the process after so many more of them. An answer is a list of one. What a tool says besides is kept out of the answers.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

Hit = tuple[int, int, str, float, str]
AT_ONCE = 100


class Tool(NamedTuple):
    """A tool: what it finds in a text, and its own work on one, which is what is timed."""

    ask: Callable[[str], list[Hit]]
    work: Callable[[str], object]
    many: Callable[[list[str]], object] | None = None
    """Its own work on many texts at once, where it has such a thing."""


@contextmanager
def apart() -> Iterator[Any]:
    """Keep standard output for answers: whatever a tool prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    yield answers


def asked(tool: Tool, text: str) -> list[Hit] | None:
    """Return the hits in a text, or None where the tool fell over it."""
    try:
        return tool.ask(text)
    except Exception:  # noqa: BLE001  # whatever another program raises; it is counted
        return None


def timed(tool: Tool, texts: Sequence[str]) -> float:
    """Return the CPU seconds that the tool's own work takes over these texts."""
    begun = time.process_time()
    if tool.many:
        for at in range(0, len(texts), AT_ONCE):
            tool.many(list(texts[at : at + AT_ONCE]))
    else:
        for text in texts:
            with suppress(Exception):  # as above: the time until then is its time
                tool.work(text)
    return time.process_time() - begun


def serve(make: Callable[[], Tool]) -> None:
    """Make the tool, and answer orders until there are none."""
    logging.disable(logging.WARNING)
    with apart() as answers:
        tool, held = make(), list[str]()
        tool.work("Hello ana@example.org, 86.121.97.248\n")
        for line in sys.stdin:
            order = json.loads(line)
            said: object = None
            if "ask" in order:
                said = [asked(tool, text) for text in order["ask"]]
            elif "hold" in order:
                held = order["hold"]
            elif "time" in order:
                said = timed(tool, held[slice(*order["time"])])
            elif "limit" in order:
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                spent = int(time.process_time()) + 1
                resource.setrlimit(resource.RLIMIT_CPU, (spent + order["limit"], spent + order["limit"]))
            answers.write(json.dumps([said]) + "\n")
            answers.flush()
