"""What our pages are made of: the tokens of the stylesheet and twelve components, each with its classes and its states.

`/design` draws all of it from the same stylesheet and the same templates as the pages; a test finds a class of a page that no
component has, and a state that the page does not show.
"""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

_STYLE = Path(__file__).resolve().parent / "static" / "style.css"
SHOWN_AS = ("as-hover", "as-focus")
"""Classes that look like what a pointer or the keyboard makes of a control; only the page of the design has them."""


class Component(Struct, frozen=True, kw_only=True):
    """One component: its name, the classes that are its own, and the states that the page shows of it."""

    name: str
    classes: tuple[str, ...]
    states: tuple[str, ...]


COMPONENTS = (
    Component(
        name="frame",
        classes=("skip", "top", "brand", "foot", "wide", "languages", "plain", "plainly", "beside"),
        states=("usual", "hover", "focus", "long", "rtl"),
    ),
    Component(name="text", classes=("state", "quiet", "why", "paper", "stretch"), states=("usual", "long", "rtl")),
    Component(
        name="question",
        classes=("question", "facts", "answers", "answer", "later"),
        states=("usual", "hover", "focus", "disabled", "long", "rtl"),
    ),
    Component(name="note", classes=("note", "care"), states=("usual", "error", "long", "rtl")),
    Component(name="button", classes=("button", "actions", "pager"), states=("usual", "hover", "focus", "disabled", "long", "rtl")),
    Component(
        name="field",
        classes=("field", "fields", "find", "long"),
        states=("usual", "focus", "disabled", "error", "empty", "long", "rtl"),
    ),
    Component(name="card", classes=("card", "cards"), states=("usual", "empty", "long", "rtl")),
    Component(name="pairs", classes=("pairs",), states=("usual", "empty", "long", "rtl")),
    Component(name="tags", classes=("tags",), states=("usual", "long", "rtl")),
    Component(name="table", classes=("scroll", "number", "broad"), states=("usual", "focus", "empty", "long", "rtl")),
    Component(name="figures", classes=("figures",), states=("usual", "empty", "long", "rtl")),
    Component(
        name="chart",
        classes=("chart", "bar", "apart", "axis", "grid", "end", "key", "keys", "series0", "series1", "series2"),
        states=("usual", "empty", "focus", "rtl"),
    ),
)


class Token(Struct, frozen=True, kw_only=True):
    """One colour of the stylesheet, by its name, in both themes."""

    name: str
    light: str
    dark: str


def tokens() -> tuple[Token, ...]:
    """Return the colours in the order of the stylesheet, which is where they are set."""
    light, dark = (dict(re.findall(r"--([\w-]+):\s*(#\w+);", block)) for block in _roots())
    return tuple(Token(name=name, light=value, dark=dark[name]) for name, value in light.items())


def _roots() -> list[str]:
    """Return what `:root` is given first, and what it is given in the dark."""
    return re.findall(r":root\s*\{([^}]*)\}", _STYLE.read_text("utf-8"))[:2]
