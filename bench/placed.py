"""Where another tool masked: pieces of a text that were replaced by single signs, found again in the text.

Some tools give back a masked text and no places. They are told to write one sign of the private use area for each piece; what stands
between the signs was left as it was, so it is looked for in the text, each stretch at the first place where it fits. Where a
stretch could stand elsewhere too, first and last fit differ, and that is told. Knows nothing of sayso; needs nothing installed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Hit = tuple[int, int, str]


def placed(text: str, masked: str, signs: Mapping[str, str]) -> tuple[list[Hit], int]:
    """Return the replaced pieces of *text* with what their signs mean, and how many of them could lie elsewhere too.

    Signs side by side are one piece, called after the first. Raises ValueError where *text* holds a sign, or *masked* is not *text* with
    pieces of one character or more replaced.

    >>> placed("to ana@x.org, now", "to E, now", {"E": "EMAIL"})
    ([(3, 12, 'EMAIL')], 0)
    """
    if any(sign in text for sign in signs):
        raise ValueError("the text holds a sign that stands for a piece; choose others")
    run = f"([{re.escape(''.join(signs))}]+)"
    parts = re.split(run, masked)
    stretches, kinds = parts[::2], [signs[one[0]] for one in parts[1::2]]
    first = _gaps(text, stretches)
    back = _gaps(text[::-1], [one[::-1] for one in reversed(stretches)])
    last = [(len(text) - end, len(text) - start) for start, end in reversed(back)]
    loose = sum(one != two for one, two in zip(first, last, strict=True))
    return [(start, end, kind) for (start, end), kind in zip(first, kinds, strict=True)], loose


def _gaps(text: str, stretches: Sequence[str]) -> list[tuple[int, int]]:
    """Return what lies between *stretches* in *text*, each as far in front as it fits behind at least one character."""
    head, *others = stretches
    if not text.startswith(head) or (not others and text != head):
        raise ValueError("the masked text is not this text with pieces replaced")
    at, gaps = len(head), []
    for number, stretch in enumerate(others):
        found = len(text) - len(stretch) if number == len(others) - 1 else text.find(stretch, at + 1)
        if found <= at or not text.endswith(stretch, found, found + len(stretch)):
            raise ValueError("the masked text is not this text with pieces replaced")
        gaps.append((at, found))
        at = found + len(stretch)
    return gaps


def of_line(text: str, starts: Sequence[int], line: int, value: str) -> tuple[int, int]:
    """Return the place of *value* in the line numbered *line*, from 1; of the whole line where it does not stand there.

    >>> of_line("a = 1\\nkey = swordfish", [0, 6, 22], 2, "swordfish")
    (12, 21)
    """
    start, end = starts[line - 1], starts[line] - 1
    found = text.find(value, start, end) if value else -1
    return (found, found + len(value)) if found >= 0 else (start, end)


def line_starts(text: str) -> list[int]:
    """Return where each line begins, and behind them where one more would.

    >>> line_starts("ab\\ncd")
    [0, 3, 6]
    """
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts
