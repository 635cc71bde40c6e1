"""What was measured of one page at one moment, as plain values: what can be pressed, what is said, and where each stands.

`collector()` is the script that takes it inside a browser; `read` turns what that gives into these values.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from sayso.darkpatterns.colours import Colour, over
from sayso.facts.errors import Unfit

Goal = Literal["allow", "refuse", "later", "other"]

MARKS: dict[str, dict[str, str]] = {
    "goals": {"allow": "[data-answer=allow]", "refuse": "[data-answer=refuse]", "later": "[data-answer=later]"},
    "parts": {"scope": ".question, [data-scope]", "title": "[data-title]", "fact": "[data-fact]", "state": "[data-state]"},
}
"""How our own screens are marked; for another page, the selectors of its controls and texts take these places."""


class Box(Struct, frozen=True, array_like=True):
    """A rectangle in CSS pixels from the top left of what is in view."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Width times height."""
        return self.width * self.height

    def within(self, width: float, height: float) -> bool:
        """Return whether all of it is in a view of that size."""
        return self.x >= -0.5 and self.y >= -0.5 and self.x + self.width <= width + 0.5 and self.y + self.height <= height + 0.5


class Control(Struct, frozen=True, kw_only=True):
    """One thing that can be pressed or set, as it was drawn."""

    key: int
    goal: Goal
    tag: str
    role: str
    text: str
    shown: bool
    covered: bool
    """Whether something else would receive a press on its middle."""
    preset: bool
    """Whether it was on, checked or pressed before anybody touched it."""
    purposes: tuple[str, ...]
    box: Box
    family: str
    size: float
    weight: str
    opacity: float
    ink: Colour
    fill: Colour
    edge: Colour
    edge_width: float
    panel: Colour
    """What lies behind it, opaque."""
    scale: float = 1.0
    tab: int = 0
    """Its own `tabindex`; above 0 it jumps the order of the page."""

    @property
    def drawn(self) -> Colour:
        """The fill as it is seen over what lies behind."""
        return over((*self.fill[:3], self.fill[3] * self.opacity), self.panel)

    @property
    def written(self) -> Colour:
        """The letters as they are seen over the fill."""
        return over((*self.ink[:3], self.ink[3] * self.opacity), self.drawn)

    @property
    def edged(self) -> Colour:
        """The edge as it is seen over what lies behind; where there is none, the fill."""
        return over((*self.edge[:3], self.edge[3] * self.opacity), self.panel) if self.edge_width > 0 else self.drawn


class Said(Struct, frozen=True, kw_only=True):
    """One text of the question: its title, a fact of a kind, or the present state."""

    part: Literal["title", "fact", "state"]
    kind: str
    text: str
    shown: bool
    """Whether it is drawn at all: not behind a summary, not hidden, not behind a press."""
    box: Box
    size: float
    ink: Colour
    behind: Colour
    language: str
    link: str = ""
    benefit: bool = False


class Node(Struct, frozen=True):
    """One entry of the tree a screen reader is given."""

    role: str
    name: str
    states: tuple[str, ...] = ()


class Snapshot(Struct, frozen=True, kw_only=True):
    """One page as it stood: the size it was seen in, and everything above."""

    width: int
    height: int
    scroll: float
    anchored: bool
    """Whether a link led to a place on the page, so that it begins scrolled."""
    language: str
    """Of the question."""
    page_language: str
    """Of the page around it."""
    direction: str
    body_size: float
    """Of ordinary text on the page, in CSS pixels."""
    focus: int
    """Key of the control that has the focus; -1 for none."""
    controls: tuple[Control, ...]
    said: tuple[Said, ...]
    words: str
    """Everything the question says, first and second layer, in the order of the page."""
    timers: tuple[str, ...]
    wide: bool
    """Whether it scrolls sideways."""
    moving: int
    """Animations that run."""
    walk: tuple[int, ...] = ()
    """Keys in the order the tab key reaches them."""
    tree: tuple[Node, ...] = ()

    def of(self, goal: Goal) -> Control | None:
        """Return the shown control that ends in *goal*, the first where there are several."""
        return next((one for one in self.controls if one.goal == goal and one.shown), None)

    def facts(self, *, shown: bool | None = None) -> list[Said]:
        """Return the facts, all of them or only those that are drawn or are not."""
        return [one for one in self.said if one.part == "fact" and (shown is None or one.shown == shown)]

    def first_layer(self) -> str:
        """Return what is read before answering, as running text."""
        return " ".join(one.text for one in self.said if one.part != "state" and one.shown)


def collector() -> str:
    """Return the script that takes a snapshot: an expression that is a function of marks (see `MARKS`)."""
    return (Path(__file__).resolve().parent / "collector.js").read_text(encoding="utf-8")


FOCUSED = """() => { let e = document.activeElement;
  while (e && e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement;
  return (window[Symbol.for('sayso.seen')] || []).indexOf(e); }"""
"""The script that gives the key of the control that has the focus now, after a snapshot was taken; -1 for none of them."""


def read(taken: Any, *, walk: tuple[int, ...] = (), tree: tuple[Node, ...] = ()) -> Snapshot:
    """Return the snapshot that the collector's answer *taken* spells; Unfit where it is none."""
    try:
        found = msgspec.convert(taken, Snapshot, strict=False)
    except msgspec.ValidationError as error:
        raise Unfit(f"this is no snapshot: {str(error)[:120]}; take it with the collector of this version") from None
    return msgspec.structs.replace(found, walk=walk, tree=tree)


def nodes(given: Any) -> tuple[Node, ...]:
    """Return the tree in the answer of a browser's `Accessibility.getFullAXTree`, without what is ignored or has no name."""
    found = []
    for one in given.get("nodes", ()):
        name = str(one.get("name", {}).get("value", "")).strip()
        if one.get("ignored") or not name:
            continue
        states = tuple(
            f"{prop['name']}={prop['value'].get('value')}"
            for prop in one.get("properties", ())
            if prop["name"] in ("checked", "pressed", "disabled", "expanded")
        )
        found.append(Node(str(one.get("role", {}).get("value", "")), name, states))
    return tuple(found)
