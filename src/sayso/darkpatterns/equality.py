"""Whether the two answers are equals: both there, alike in size, type, letters and weight, and always in one order."""

from __future__ import annotations

from collections.abc import Iterable

from sayso.darkpatterns.colours import contrast
from sayso.darkpatterns.findings import Told, absent, told
from sayso.darkpatterns.snapshot import Control, Snapshot

SIZE_LEAST, EMPHASIS_MOST = 0.9, 1.25


def both(seen: Snapshot) -> tuple[Control, Control] | None:
    """Return the controls to allow and to refuse, or nothing where one is missing."""
    allow, refuse = seen.of("allow"), seen.of("refuse")
    return (allow, refuse) if allow and refuse else None


def refusal_beside(seen: Snapshot) -> Told:
    """C01: controls of this layer that end in a refusal."""
    if seen.of("allow") is None and seen.of("refuse") is None:
        return absent("control that answers")
    count = sum(one.goal == "refuse" and one.shown and not one.covered for one in seen.controls)
    return told(count >= 1, f"{count} to refuse")


def later_is_not_the_only_way(seen: Snapshot) -> Told:
    """C03: a control to put it off stands only beside one to refuse."""
    later, refuse = seen.of("later"), seen.of("refuse")
    return told(
        later is None or refuse is not None, "beside both answers" if later and refuse else "none" if not later else "alone"
    )


def equal_size(seen: Snapshot) -> Told:
    """C04: the area of the control to refuse over that of the one to allow."""
    if (pair := both(seen)) is None:
        return absent("pair of answers")
    allow, refuse = pair
    ratio = refuse.box.area / allow.box.area if allow.box.area else 0.0
    return told(ratio >= SIZE_LEAST, f"{ratio:.3f}")


def same_type(seen: Snapshot) -> Told:
    """C05: one tag and one role for both."""
    if (pair := both(seen)) is None:
        return absent("pair of answers")
    allow, refuse = pair
    return told((allow.tag, allow.role) == (refuse.tag, refuse.role), f"{allow.tag}/{allow.role} : {refuse.tag}/{refuse.role}")


def same_letters(seen: Snapshot) -> Told:
    """C06: refusing is written at least as large, as heavy, and in the same face."""
    if (pair := both(seen)) is None:
        return absent("pair of answers")
    allow, refuse = pair
    ratio = (refuse.size * refuse.scale) / (allow.size * allow.scale) if allow.size * allow.scale else 0.0
    alike = (allow.weight, allow.family) == (refuse.weight, refuse.family)
    return told(ratio >= 1 - 1e-3 and alike, f"{refuse.size:g}:{allow.size:g} px, {refuse.weight}:{allow.weight}")


def emphasis(one: Control) -> float:
    """Return how much the fill of a control stands out, from 1; forced colours and outlines are 1."""
    return contrast(one.drawn, one.panel)


def protective_emphasis(seen: Snapshot) -> Told:
    """C08: the fill of allow stands out at most 1.25 times as much as that of refuse; so do edge and letters."""
    if (pair := both(seen)) is None:
        return absent("pair of answers")
    allow, refuse = pair
    fills = emphasis(allow) / emphasis(refuse)
    edges = (
        contrast(allow.edged, allow.panel) * allow.edge_width / max(contrast(refuse.edged, refuse.panel) * refuse.edge_width, 1e-9)
    )
    worst = max(fills, edges if allow.edge_width or refuse.edge_width else 1.0)
    return told(worst <= EMPHASIS_MOST, f"{worst:.3f}")


def layout(seen: Snapshot) -> tuple[str, ...] | None:
    """Return how the answers stand to each other: order, side by side or stacked, and relative size in tenths; none without both.

    Right-to-left text mirrors it, and so does this: the first is the one that is read first.
    """
    if (pair := both(seen)) is None:
        return None
    allow, refuse = pair
    beside = abs(allow.box.y - refuse.box.y) < 1
    ahead = (allow.box.x < refuse.box.x) != (seen.direction == "rtl") if beside else allow.box.y < refuse.box.y
    ratio = round(refuse.box.area / allow.box.area, 1) if allow.box.area else 0.0
    order = "allow refuse" if ahead else "refuse allow"
    return (order, "beside" if beside else "stacked", f"{ratio:g}")


def constant_layout(seen: Snapshot, peers: Iterable[Snapshot]) -> Told:
    """C34: this screen's layout is that of every other screen and arm."""
    mine = layout(seen)
    if mine is None:
        return absent("pair of answers")
    others = {one for peer in peers if (one := layout(peer)) is not None} | {mine}
    # Where letters are large and the view is narrow, answers go below each other on every screen; the order stays.
    return told(len({one[0] for one in others}) == 1 and mine[2] == "1", f"{', '.join(mine)}; {len(others)} in use")
