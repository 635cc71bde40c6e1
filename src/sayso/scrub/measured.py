"""How well what masks was measured to mask: figures that hold for one table of patterns and one finder of names, and no other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("measured.json")
"""Written by bench/scrub_card.py; it holds the digests of what was measured, and counts."""


def measured(table: str, names: str | None) -> list[Mapping[str, Any]]:
    """Return the figures that hold for a table of patterns and a finder of names, both by digest; empty where none do.

    Each says `what` was sought, `on` what texts, how many were `labelled` and `found`, and where it was counted how many other
    lines there were (`others`) and how many of them `flagged`, or how much was `masked` and how much of that was `right`.
    """
    held = _read()
    if held["table"] != table:
        return []
    return [*held["patterns"], *(held["names"] if held["finder"] == names else [])]


@cache
def _read() -> dict[str, Any]:
    return dict(json.loads(PATH.read_text(encoding="utf-8")))
