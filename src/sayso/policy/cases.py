"""Cases anyone can write: events, an instant and what is expected, run against a profile. The format is spec/policy-case.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sayso.facts.errors import SaysoError, Unfit
from sayso.facts.events import AnyEvent, TurnTaken, parse_event
from sayso.facts.history import History
from sayso.facts.instants import iso, parse_instant
from sayso.facts.kinds import ACTIONS, KINDS
from sayso.facts.rulings import Ruling
from sayso.policy import shelf
from sayso.policy.deciding import decide
from sayso.policy.explaining import explain
from sayso.policy.handling import handling
from sayso.policy.table import Policy

Load = Callable[[str], Policy]
_WORDS = {"story", "title", "note", "source", "comment"}
_KEYS = {"id", "profile", "at", "purpose", "conversation", "events", "expect", *_WORDS}
"""`_WORDS` are for people; nothing is read from them."""
_EXPECTED = {"use", "keep_until", "reasons", "scrub"}
_USES = ("allow", "deny", "undetermined")


@dataclass(frozen=True)
class Outcome:
    """How one case went; `got` holds what was expected and what the profile says of it, `why` is set where it could not be run."""

    id: str
    passed: bool
    expected: Mapping[str, Any]
    got: Mapping[str, Any] = field(default_factory=dict)
    because: tuple[str, ...] = ()
    why: str | None = None

    def line(self) -> str:
        """Return the outcome as one line: id, what was expected, what came out, and why.

        >>> Outcome("E12", False, {"use": "allow"}, {"use": "deny"}, ("Bo says no now.",)).line()
        'E12: expected {"use": "allow"}, got {"use": "deny"}; because Bo says no now.'
        """
        told, got = (json.dumps(dict(one), default=str) for one in (self.expected, self.got))
        return _printable(f"{self.id}: expected {told}, got {got}; because {' '.join(self.because)}")


def read(text: str, *, name: str) -> list[Any]:
    """Return the cases that *text* lists; refuses what is no JSON list, with *name* for the file.

    >>> read("[]", name="cases.json")
    []
    """
    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise Unfit(f"`{name}` is not JSON; write a list of cases (spec/policy-case.md)") from None
    if not isinstance(found, list):
        raise Unfit(f"`{name}` is not a list; write a list of cases (spec/policy-case.md)")
    return found


def run(cases: object, load: Load = shelf.load) -> list[Outcome]:
    """Return one outcome per case, in order; a case that cannot be run has failed and says why, and stops no other.

    >>> run([{"id": "t", "at": "2025-09-04", "expect": {"use": "deny"}, "events": []}])[0].why
    'no conversation is named, and the events hold none; add a turn'
    """
    if not isinstance(cases, list):
        raise Unfit("a case file is a JSON list of cases; wrap yours in [ ]")
    loaded: dict[str, Policy] = {}

    def once(name: str) -> Policy:
        """Load each profile once a run."""
        if name not in loaded:
            loaded[name] = load(name)
        return loaded[name]

    return [_outcome(position, case, once) for position, case in enumerate(cases)]


def _outcome(position: int, case: object, load: Load) -> Outcome:
    name, expected = f"case {position + 1}", {}
    try:
        if not isinstance(case, Mapping):
            raise Unfit(f"case {position + 1} is no object")
        if not _whole(case):
            raise Unfit(f"case {position + 1} holds half a character (a lone surrogate); write whole ones")
        if isinstance(case.get("id"), str) and case["id"]:
            name = case["id"]
        expected = dict(case["expect"]) if isinstance(case.get("expect"), Mapping) else {}
        return _run(name, case, load)
    except SaysoError as error:
        return _unrun(name, expected, str(error))
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        # A case file is someone else's: whatever is wrong with it fails that case alone.
        return _unrun(name, expected, f"the case is malformed ({' '.join(str(error).split())[:80]})")


def _whole(case: Mapping[Any, Any]) -> bool:
    """Return whether all text of *case* can be written down; half a character cannot."""
    try:
        json.dumps(dict(case), ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True


def _printable(text: str) -> str:
    """Return *text* with what does not print, or turns a line around, spelled out."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def _unrun(name: str, expected: Mapping[str, Any], why: str) -> Outcome:
    return Outcome(name, False, expected, because=(why,), why=why)


def _run(name: str, case: Mapping[str, Any], load: Load) -> Outcome:
    for key in case:
        if key not in _KEYS:
            raise Unfit(f"unknown key `{key}`; known are {', '.join(sorted(_KEYS))}")
    expected = _expectation(case)
    profile = case.get("profile", "anthropic-consumer")
    if not isinstance(profile, str):
        raise Unfit("`profile` is no name; name a shipped profile or the path of a policy file")
    policy = load(profile)
    at = parse_instant(case.get("at"), what="at")
    purpose = case.get("purpose", policy.purposes[0])
    if purpose not in policy.purposes:
        raise Unfit(f"unknown purpose `{purpose}`; this profile rules on {', '.join(policy.purposes)}")
    raw = case.get("events")
    if not isinstance(raw, list):
        raise Unfit("`events` is no list; write the events in server order")
    events = [parse_event(one, where=f"event {number + 1}") for number, one in enumerate(raw)]
    conversation = _conversation(case, events)
    past = History(events, at, purposes=policy.purposes, cuts=policy.instants)
    standing = past.standing(conversation)
    ruling = decide(policy, standing, at)
    got = _got(ruling, purpose, expected)
    if "scrub" in expected:
        wanted = handling(policy, purpose, at, standing)
        got |= {"scrub": {kind: wanted[kind].do for kind in expected["scrub"]}}
    passed = all(_agrees(key, expected[key], got[key]) for key in expected)
    return Outcome(name, passed, expected, got, tuple(explain(policy, standing, ruling, purpose=purpose)))


def _expectation(case: Mapping[str, Any]) -> dict[str, Any]:
    expected = case.get("expect")
    if not isinstance(expected, Mapping) or not expected:
        raise Unfit("`expect` names nothing to check; name use, keep_until, reasons or scrub")
    for key in expected:
        if key not in _EXPECTED:
            raise Unfit(f"unknown key `{key}` in expect; known are {', '.join(sorted(_EXPECTED))}")
    if "use" in expected and expected["use"] not in _USES:
        raise Unfit(f"expect.use is `{expected['use']}`; name one of {', '.join(_USES)}")
    if "reasons" in expected:
        reasons = expected["reasons"]
        if not isinstance(reasons, list) or not all(isinstance(one, str) for one in reasons):
            raise Unfit("expect.reasons is no list of names")
    if "scrub" in expected:
        scrub = expected["scrub"]
        if not isinstance(scrub, Mapping) or not scrub:
            raise Unfit('expect.scrub names no kind; write it like {"email": "mark"}')
        for kind, do in scrub.items():
            if kind not in KINDS or do not in ACTIONS:
                known = f"kinds are {', '.join(KINDS)}; actions are {', '.join(ACTIONS)}"
                raise Unfit(f"expect.scrub says `{kind}` = `{do}`; {known}")
    if expected.get("keep_until") is not None:
        parse_instant(expected["keep_until"], what="expect.keep_until")
    return dict(expected)


def _conversation(case: Mapping[str, Any], events: list[AnyEvent]) -> Any:
    named = case.get("conversation")
    found = list(dict.fromkeys(event.conversation for event in events if isinstance(event, TurnTaken)))
    if named is None and len(found) == 1:
        return found[0]
    if named is None:
        some = "hold none; add a turn" if not found else f"hold {len(found)}; name one under `conversation`"
        raise Unfit(f"no conversation is named, and the events {some}")
    return named


def _got(ruling: Ruling, purpose: str, expected: Mapping[str, Any]) -> dict[str, Any]:
    wanted = expected.get("reasons")
    with_scores = isinstance(wanted, list) and "scores" in wanted
    names = {reason.name for reason in ruling.reasons if reason.of == "conversation" or with_scores}
    return {
        "use": ruling.use[purpose].use,
        "keep_until": None if ruling.keep_until is None else iso(ruling.keep_until),
        "reasons": sorted(names),
    }


def _agrees(key: str, expected: Any, got: Any) -> bool:
    if key == "reasons":
        return set(expected) == set(got)
    if key == "keep_until" and expected is not None and got is not None:
        if isinstance(expected, str) and len(expected) == len("2025-10-08"):
            return date.fromisoformat(expected) == parse_instant(got).date()  # a day names any instant of it
        return parse_instant(expected) == parse_instant(got)
    return bool(expected == got)
