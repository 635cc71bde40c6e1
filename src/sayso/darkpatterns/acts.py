"""What happens when somebody acts: how many presses each answer takes, and what is recorded when nobody answered.

A driver (a browser, a program) tries things and notes what was recorded; here it is only judged. An oracle of what got
stored is part of it: without one, presses cannot be counted honestly.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from sayso.darkpatterns.findings import Told, absent, told

TIME_MOST = 1.2
RECEIPT_NEEDS = ("words", "language", "pressed", "default", "code", "time")


class Path(Struct, frozen=True, kw_only=True):
    """The shortest way found to one outcome: its presses, and how many questions were put in between."""

    presses: int
    confirmations: int = 0


class Deeds(Struct, frozen=True, kw_only=True):
    """What a driver saw happen on one screen. What it did not try stays `None`, and is never a pass."""

    allow: Path | None = None
    refuse: Path | None = None
    withdraw: Path | None = None
    """From a given yes to a recorded refusal, on the surface where the state is shown."""
    without_answer: Mapping[str, Sequence[str]] | None = None
    """What was tried that is no answer (closing, Escape ...), and what was recorded after it."""
    after_deadline: Mapping[str, str] | None = None
    """What was on record for somebody who never answered once the deadline was past, and what the policy ruled."""
    records_per_press: Mapping[str, int] | None = None
    others_written: int | None = None
    """Records about anything else (terms, other purposes) that one press wrote."""
    prompts_after_refusal: int | None = None
    months: int = 0
    open_to_allowers: Sequence[str] | None = None
    open_to_refusers: Sequence[str] | None = None
    links: Mapping[str, int] | None = None
    seconds: tuple[float, float] | None = None
    """Seconds from press to recorded answer, of many tries: refuse, allow."""
    requests: tuple[int, int] | None = None
    """Requests from press to recorded answer: refuse, allow."""
    recorded: Mapping[str, bool] | None = None
    """What the record of an answer proves: `RECEIPT_NEEDS`."""


def shortest(press: Callable[[tuple[int, ...]], tuple[str, int, Sequence[int]]], wanted: str, *, deepest: int = 3) -> Path | None:
    """Return the shortest path to the outcome *wanted*, searched over all controls, or none within *deepest* presses.

    *press* begins anew, presses the controls of the given keys in turn, and gives what got recorded, how many
    confirmations came up, and the keys that can be pressed next.
    """
    waiting: deque[tuple[int, ...]] = deque([()])
    while waiting:
        way = waiting.popleft()
        outcome, confirmations, following = press(way)
        if outcome == wanted:
            return Path(presses=len(way), confirmations=confirmations)
        if not outcome and len(way) < deepest:
            waiting.extend((*way, key) for key in following)
    return None


def no_more_steps(done: Deeds) -> Told:
    """C02: the shortest way to refuse is no longer than the shortest way to allow."""
    if done.allow is None or done.refuse is None:
        return absent("way to both answers")
    return told(done.refuse.presses <= done.allow.presses, f"{done.refuse.presses} : {done.allow.presses}")


def only_an_answer_is_one(done: Deeds) -> Told:
    """C11: nothing but an answer records a yes."""
    if not done.without_answer:
        return absent("event")
    false = [event for event, lines in done.without_answer.items() if "allow" in lines]
    return told(
        not false, f"{len(done.without_answer)} ways, {len(false)} counted as yes" + (f": {', '.join(false)}" if false else "")
    )


def silence_is_no_yes(done: Deeds) -> Told:
    """C12: past the deadline an unanswered question is still unanswered, and nothing is used."""
    if not done.after_deadline:
        return absent("clock past the deadline")
    state, use = done.after_deadline.get("state", ""), done.after_deadline.get("use", "")
    return told(state not in ("allow", "") and use not in ("allow", ""), f"state {state}, use {use}")


def separate_acts(done: Deeds) -> Told:
    """C14: a press writes one record, about this question."""
    if not done.records_per_press or done.others_written is None:
        return absent("press")
    most = max(done.records_per_press.values())
    return told(most == 1 and done.others_written == 0, f"{most} a press, {done.others_written} about anything else")


def confirmations(done: Deeds) -> Told:
    """C30: refusing is not asked back more often than allowing."""
    ways = [one for one in (done.refuse, done.withdraw) if one]
    if done.allow is None or not ways:
        return absent("way to both answers")
    most = max(one.confirmations for one in ways)
    return told(most <= done.allow.confirmations, f"{most} : {done.allow.confirmations}")


def as_easy_to_withdraw(done: Deeds) -> Told:
    """C31: from where the state is shown, taking back takes no more presses than giving did."""
    if done.allow is None or done.withdraw is None:
        return absent("way back")
    return told(done.withdraw.presses <= done.allow.presses, f"{done.withdraw.presses} : {done.allow.presses}")


def no_prompt_again(done: Deeds) -> Told:
    """C32: for twelve months nobody is asked again who refused."""
    if done.prompts_after_refusal is None or done.months < 12:
        return absent("replay of twelve months")
    return told(done.prompts_after_refusal == 0, f"{done.prompts_after_refusal} in {done.months} months")


def costs_nothing(done: Deeds) -> Told:
    """C33: what is open to those who allow is open to those who refuse."""
    if done.open_to_allowers is None or done.open_to_refusers is None:
        return absent("comparison")
    closed = sorted(set(done.open_to_allowers) - set(done.open_to_refusers))
    return told(not closed, f"{len(done.open_to_allowers)} places alike" if not closed else f"closed: {', '.join(closed)}")


def no_dead_ends(done: Deeds) -> Told:
    """C35: every link leads somewhere, and refusing keeps nobody waiting longer."""
    if done.links is None or (done.requests is None and done.seconds is None):
        return absent("links followed")
    dead = [link for link, status in done.links.items() if status != 200]
    slow = done.seconds is not None and done.seconds[0] > TIME_MOST * done.seconds[1]
    longer = done.requests is not None and done.requests[0] > done.requests[1]
    timed = f", {done.seconds[0] * 1000:.0f} : {done.seconds[1] * 1000:.0f} ms" if done.seconds else ""
    counted = f", {done.requests[0]} : {done.requests[1]} requests" if done.requests else ""
    return told(
        not dead and not slow and not longer,
        f"{len(done.links)} links" + (f", dead: {len(dead)}" if dead else "") + counted + timed,
    )


def proves_the_screen(done: Deeds) -> Told:
    """C37: the record holds the words, the language, what was pressed, the state before, the code that drew it, and when."""
    if done.recorded is None:
        return absent("record")
    gone = [what for what in RECEIPT_NEEDS if not done.recorded.get(what)]
    return told(
        not gone, f"{len(RECEIPT_NEEDS) - len(gone)} of {len(RECEIPT_NEEDS)}" + (f"; missing: {', '.join(gone)}" if gone else "")
    )
