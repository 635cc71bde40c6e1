"""Whether it can be seen, read, reached and told by everybody: contrast, size, view, focus, names."""

from __future__ import annotations

from sayso.darkpatterns.colours import apca, contrast
from sayso.darkpatterns.findings import ELSEWHERE, Told, absent, told
from sayso.darkpatterns.lexicon import BARE
from sayso.darkpatterns.snapshot import Control, Snapshot

TEXT_LEAST, EDGE_LEAST, LETTERS_LEAST, TARGET_LEAST = 4.5, 3.0, 16.0, 24.0
MEASURED_AT = {(360, 640), (1280, 800)}
"""The views in which all must be in sight without scrolling."""


def _answers(seen: Snapshot) -> list[Control]:
    return [one for one in seen.controls if one.goal != "other" and one.shown]


def _pressable(seen: Snapshot) -> list[Control]:
    return [one for one in seen.controls if one.shown]


def readable(seen: Snapshot) -> Told:
    """C07: letters against what is behind them at 4.5 at least, edges of controls at 3; APCA beside it, as information."""
    answers, texts = _answers(seen), [one for one in seen.said if one.shown]
    if not texts:
        return absent("text")
    letters = [contrast(one.written, one.drawn) for one in answers] + [contrast(one.ink, one.behind) for one in texts]
    edges = [max(contrast(one.edged, one.panel), contrast(one.drawn, one.panel)) for one in answers]
    light = min(abs(apca(one.written, one.drawn)) for one in answers) if answers else min(abs(apca(t.ink, t.behind)) for t in texts)
    holds = min(letters) >= TEXT_LEAST and (not edges or min(edges) >= EDGE_LEAST)
    return told(holds, f"text {min(letters):.2f}" + (f", edge {min(edges):.2f}" if edges else "") + f", Lc {light:.0f}")


def in_view(seen: Snapshot) -> Told:
    """C10: every answer, the question and the facts are inside the view, uncovered, before anybody scrolls.

    A question that stands below another is looked at from where a link to it leads.
    """
    if (seen.width, seen.height) not in MEASURED_AT:
        return ELSEWHERE
    answers = _answers(seen)
    if not answers:
        return absent("answer")
    out = [one.text for one in answers if not one.box.within(seen.width, seen.height) or one.covered]
    out += [one.kind or one.part for one in seen.said if one.shown and not one.box.within(seen.width, seen.height)]
    boxes = [one.box for one in answers] + [one.box for one in seen.said if one.shown]
    lowest = max(box.y + box.height for box in boxes)
    return told(
        not out and (seen.scroll == 0 or seen.anchored),
        f"lowest at {lowest:.0f} of {seen.height}" + (f"; out: {', '.join(out)}" if out else ""),
    )


def focus(seen: Snapshot) -> Told:
    """C13: the focus does not begin on allow, the tab key reaches refuse too, and nothing jumps the order of the page."""
    allow, refuse = seen.of("allow"), seen.of("refuse")
    if allow is None and refuse is None:
        return absent("answer")
    if not seen.walk:
        return absent("walk with the tab key")
    reached = [key for key in seen.walk if key >= 0]
    right = all(one.key in reached for one in (allow, refuse) if one)  # one that is not there is C01's to say
    jumps = any(one.tab > 0 for one in seen.controls)
    begins = next((one.goal for one in seen.controls if one.key == seen.focus), "none")
    order = [one.goal for key in dict.fromkeys(reached) for one in seen.controls if one.key == key and one.goal != "other"]
    return told(begins != "allow" and right and not jumps, f"begins on {begins}; {' '.join(order)}")


def letter_size(seen: Snapshot) -> Told:
    """C26: facts and labels at 16 CSS pixels at least, and no smaller than ordinary text."""
    sizes = [one.size * one.scale for one in _answers(seen)] + [one.size for one in seen.said if one.shown]
    if not sizes:
        return absent("text")
    return told(min(sizes) >= LETTERS_LEAST - 1e-3 and min(sizes) >= seen.body_size - 1e-3, f"{min(sizes):g} px")


def target_size(seen: Snapshot) -> Told:
    """C27: everything that can be pressed measures 24 by 24 CSS pixels at least."""
    controls = _pressable(seen)
    if not controls:
        # A text that says what holds, and offers nothing, has nothing too small to press.
        return told(holds=True, measured="no control") if any(one.part == "state" for one in seen.said) else absent("control")
    least = min(min(one.box.width, one.box.height) for one in controls)
    return told(least >= TARGET_LEAST - 1e-3, f"{least:.0f} px")


def named(seen: Snapshot) -> Told:
    """C36: each control has a name for a screen reader that is its label, a role, and its state where it has one."""
    if not seen.tree or not (_answers(seen) or any(one.part == "state" for one in seen.said)):
        return absent("answer or state in an accessibility tree")
    names = {(node.role, node.name) for node in seen.tree}
    everything = " ".join(node.name for node in seen.tree)
    lost = [one.text for one in _answers(seen) if not any(role == one.role and name == one.text for role, name in names)]
    lost += [one.text[:30] for one in seen.said if one.part == "state" and one.shown and one.text not in everything]
    toggles = [one for one in seen.controls if one.role in ("checkbox", "switch") and one.shown]
    lost += [
        one.text for one in toggles if not any(n.role == one.role and any("checked" in s for s in n.states) for n in seen.tree)
    ]
    return told(not lost, f"{len(_answers(seen))} named" + (f"; lost: {', '.join(lost)}" if lost else ""))


def not_preset(seen: Snapshot) -> Told:
    """C09: nothing is on before anybody touched it."""
    on = [one.text for one in seen.controls if one.preset]
    return told(not on, "none" if not on else f"on: {', '.join(on)}")


def toggles_say_what(seen: Snapshot) -> Told:
    """C17: where there is a toggle, its words say what on means."""
    toggles = [one for one in seen.controls if one.shown and one.role in ("checkbox", "switch", "radio")]
    bare = [one.text for one in toggles if not one.text.strip() or one.text.strip().lower() in BARE]
    return told(not bare, f"{len(toggles)} toggles" if toggles else "no toggle")


def no_countdown(seen: Snapshot, deadline: str = "") -> Told:
    """C24: no timer, but one that counts to the policy's own day."""
    false = [one for one in seen.timers if one != deadline]
    return told(not false, "none" if not seen.timers else ", ".join(seen.timers))
