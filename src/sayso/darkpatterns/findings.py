"""What a rule says of a screen: it holds, it does not, or it could not be told."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Verdict = Literal["holds", "fails", "unknown", "elsewhere"]
"""`unknown` is never a pass: what was to be measured was not there. `elsewhere`: the rule does not speak of such a screen."""


class Finding(Struct, frozen=True, kw_only=True):
    """What one rule says of one screen, with what was measured."""

    rule: str
    verdict: Verdict
    measured: str

    @property
    def good(self) -> bool:
        """Whether the screen may stay as it is, as far as this rule goes."""
        return self.verdict in ("holds", "elsewhere")


Told = tuple[Verdict, str]


def told(holds: bool, measured: str) -> Told:
    """Return the verdict for a measure that was taken."""
    return ("holds" if holds else "fails", measured)


def absent(what: str) -> Told:
    """Return the verdict where there was nothing to measure."""
    return ("unknown", f"no {what} found")


ELSEWHERE: Told = ("elsewhere", "")
