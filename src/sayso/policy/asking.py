"""From what the rows say to a ruling. Every engine ends here; only the outcomes of single rows come from the one or the other.

The terms bind data as collected, and today's terms bind whoever uses it: so every stretch is asked of the versions in force
while its turns were collected and of those in force now, and the strictest answer counts. While the notice of a version runs,
the one before it is in force beside it. A reason to keep needs all of them and ends with the shortest; a hold or a danger that
the latest version names needs no older text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from msgspec.structs import replace

from sayso.facts.errors import Unfit
from sayso.facts.instants import iso
from sayso.facts.rulings import Because, PurposeRuling, Reason, Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import Purpose, Use
from sayso.policy import flat
from sayso.policy.clock import OPEN, micros, shown
from sayso.policy.compiled import Outcome
from sayso.policy.compiling import compiled
from sayso.policy.resuming import resumed
from sayso.policy.table import CapRow, KeepRow, Policy, Row, Version
from sayso.policy.vocabulary import LASTING, REASONS

Flat: TypeAlias = list[dict[str, Any]]
Ask: TypeAlias = Callable[[int, int, datetime, dict[str, Any]], Outcome]
"""(stretch, version, instant, flat row) -> what that version says; how it is worked out is the engine's affair."""

UNPERMITTED = ("training", "conversation")
"""The reason that falls away where no text was in force when turns were collected: nothing permitted training on them."""

ENDED = "ended"
"""The name under which a use is denied that rows allow, since nothing keeps the conversation for it any more."""

_PLAIN = frozenset(("product", "training", "feedback"))
_SAFE = _PLAIN | {"safety"}

_STRICT: dict[Use, int] = {"deny": 0, "undetermined": 1, "allow": 2}


def decide_by(policy: Policy, standing: Standing, at: datetime, ask: Ask) -> Ruling:
    """Return the same ruling, asking single rows of any engine."""
    at = checked(standing, at)
    ruling, ends = _ruled(policy, standing, at, ask)
    return replace(ruling, next_change_at=_next(policy, standing, ruling, ends, ask))


def moments(policy: Policy, at: datetime) -> list[datetime]:
    """Return the instants from *at* on at which rows must be asked: itself, and every later one that the policy names."""
    return [at, *(one for one in policy.instants if one > at)]


def checked(standing: Standing, at: datetime) -> datetime:
    """Return *at* in UTC; refuses an instant without a zone, and one before the standing's own."""
    if at.tzinfo is None:
        raise Unfit(f"instant `{at.isoformat()}` has no time zone; give it one")
    if at < standing.at:
        raise Unfit(f"a standing of {iso(standing.at)} cannot be ruled at {iso(at)}; fold the events up to that instant")
    return at.astimezone(UTC)


def _next(policy: Policy, standing: Standing, ruling: Ruling, ends: list[int], ask: Ask) -> datetime | None:
    """Return when the ruling changes by itself: at the end of a reason, or at an instant the policy names, if it differs."""
    first = min((end for end in ends if end < OPEN), default=None)
    for moment in moments(policy, ruling.at)[1:]:
        if first is not None and first < micros(moment):
            break
        later, _ = _ruled(policy, standing, moment, ask)
        if replace(later, at=ruling.at) != ruling:
            return moment
    return shown(first)


def _ruled(policy: Policy, standing: Standing, at: datetime, ask: Ask) -> tuple[Ruling, list[int]]:
    """Return the ruling at *at* and the ends of the reasons that hold there."""
    present = policy.position(at)
    if present < 0 or not standing.stretches:
        return without_terms(policy, standing, at, present), []
    rows = flat.spell(policy, standing, at)
    followed = resumed(policy, standing, rows, at)
    bound = binding(policy, standing, at)
    said = [{version: ask(index, version, at, row) for version in needed(index, bound, followed)} for index, row in enumerate(rows)]
    use: dict[Purpose, PurposeRuling] = {}
    for column, purpose in enumerate(policy.purposes):
        lifted = [bound[followed.get((index, purpose), index)] for index in range(len(rows))]
        use[purpose] = _use(policy, standing, column, lifted, said)
    limits = _caps(policy, bound, said)
    kept, shortened = _shorten(_kept(policy, bound, said), limits)
    now = micros(at)
    reasons = [
        Reason(name=name, until=shown(end), of=row.of, because=_named(policy, version, row))
        for (name, _), (end, version, row) in sorted(kept.items(), key=lambda item: REASONS.index(item[0][0]))
        if end > now
    ]
    lasts = max((end for (_, of), (end, _, _) in kept.items() if of == "conversation"), default=None)
    ruling = Ruling(
        conversation=standing.conversation,
        at=at,
        use=unkept(policy, use, reasons),
        keep_until=shown(lasts),
        reasons=tuple(reasons),
        caps=tuple(_named(policy, version, row) for version, row in shortened),
    )
    return ruling, [end for end, _, _ in kept.values() if end > now]


def without_terms(policy: Policy, standing: Standing, at: datetime, present: int) -> Ruling:
    """Return the ruling where no version is in force yet, or nothing was said: no use, and no end of keeping is known."""
    text = "no version of this policy was in force yet" if present < 0 else "no turn of this conversation is known"
    why = (Because(row="no-terms", text=text, source="", policy=policy.name),)
    nothing = {purpose: PurposeRuling(use="deny", because=why) for purpose in policy.purposes}
    return Ruling(conversation=standing.conversation, at=at, use=nothing, keep_until=None, reasons=())


def unkept(policy: Policy, use: dict[Purpose, PurposeRuling], reasons: Iterable[Reason]) -> dict[Purpose, PurposeRuling]:
    """Return *use* without what nothing keeps the conversation for any more: what is due is not used, swept or not."""
    kept = {one.name for one in reasons if one.of == "conversation"}
    if not kept.isdisjoint(serving("")):
        return use
    text = "no reason to keep it for this holds any more, and what is due is not used"
    why = (Because(row=ENDED, text=text, policy=policy.name),)
    return {
        name: PurposeRuling(use="deny", because=why) if one.use == "allow" and kept.isdisjoint(serving(name)) else one
        for name, one in use.items()
    }


def serving(purpose: Purpose) -> frozenset[str]:
    """Return the reasons to keep that let a conversation be used for *purpose*: an order never does, a danger for safety alone."""
    return _SAFE if purpose in ("safety_training", "human_review") else _PLAIN


def binding(policy: Policy, standing: Standing, at: datetime) -> list[list[int]]:
    """Return the versions that bind each stretch: those of *at*, its latest first, and those of its collection (-1: none)."""
    latest = policy.position(at)
    present = [latest, *(version for version in policy.binding(at, at) if version != latest)]
    found = []
    for stretch in standing.stretches:
        began, ended = min(stretch.began_at, stretch.ended_at), max(stretch.began_at, stretch.ended_at)
        found.append([*present, *(version for version in policy.binding(began, ended) if version not in present)])
    return found


def needed(index: int, bound: list[list[int]], followed: dict[tuple[int, Purpose], int]) -> list[int]:
    """Return the versions to ask of a stretch: its own, and those of the stretches it follows."""
    lifted = [version for (earlier, _), later in followed.items() if earlier == index for version in bound[later]]
    return sorted({version for version in (*bound[index], *lifted) if version >= 0})


def _use(policy: Policy, standing: Standing, column: int, bound: list[list[int]], said: list[dict[int, Outcome]]) -> PurposeRuling:
    """Return the ruling for one purpose: allow where any stretch is allowed, and then only its turns."""
    best, allowed, because = verdict(policy, column, bound, said)
    return PurposeRuling(use=best, turns=turns(standing, allowed), because=because)


def verdict(
    policy: Policy, column: int, bound: list[list[int]], said: list[dict[int, Outcome]]
) -> tuple[Use, list[bool], tuple[Because, ...]]:
    """Return for the purpose in *column* the use, which stretches are allowed, and the rows that say so."""
    verdicts: list[tuple[Use, list[Because]]] = []
    for index, versions in enumerate(bound):
        found = [_verdict(policy, version, column, said[index]) for version in versions]
        strictest = min((use for use, _ in found), key=_STRICT.__getitem__)
        verdicts.append((strictest, [because for use, because in found if use == strictest]))
    best = max((use for use, _ in verdicts), key=_STRICT.__getitem__)
    # What decided comes first, what left single turns out comes after.
    ordered = [one for use, ones in verdicts if use == best for one in ones]
    ordered += [one for use, ones in verdicts if use != best for one in ones]
    return best, [use == "allow" for use, _ in verdicts], _once(ordered)


def turns(standing: Standing, allowed: Iterable[bool]) -> tuple[tuple[int, int], ...]:
    """Return the turns of the allowed stretches, neighbours joined."""
    found: list[tuple[int, int]] = []
    for stretch, may in zip(standing.stretches, allowed, strict=True):
        if may and found and found[-1][1] + 1 == stretch.first:
            found[-1] = (found[-1][0], stretch.last)
        elif may:
            found.append((stretch.first, stretch.last))
    return tuple(found)


def _verdict(policy: Policy, version: int, column: int, said: dict[int, Outcome]) -> tuple[Use, Because]:
    if version < 0:
        text = "no version of this policy was in force when these turns were collected, so nothing permitted their use"
        return "deny", Because(row="no-terms", text=text, source="", policy=policy.name)
    return compiled(policy)[version].verdicts[column][said[version].use[column]]


Ends: TypeAlias = dict[tuple[str, str], tuple[int, Version, KeepRow]]


def _kept(policy: Policy, bound: list[list[int]], said: list[dict[int, Outcome]]) -> Ends:
    """Return per reason the last end any stretch gives it; the conversation is kept as one."""
    kept: Ends = {}
    for versions, outcomes in zip(bound, said, strict=True):
        for key, found in _reasons(policy, versions, outcomes).items():
            if key not in kept or found[0] > kept[key][0]:
                kept[key] = found
    return kept


def _reasons(policy: Policy, versions: list[int], outcomes: dict[int, Outcome]) -> Ends:
    """Return the reasons of one stretch: those of all versions that bind it, each with its shortest end."""
    ends = [_version_ends(policy.versions[version], outcomes[version]) for version in versions if version >= 0]
    present, older = ends[0], ends[1:]
    found: Ends = {}
    for key, one in present.items():
        others = [other[key] for other in older if key in other]
        if len(others) == len(older) or key[0] in LASTING:
            found[key] = min((one, *others), key=lambda item: item[0])
    if min(versions) < 0:
        found.pop(UNPERMITTED, None)
    return {key: one for key, one in found.items() if not _covered(one, found)}


def _covered(one: tuple[int, Version, KeepRow], found: Ends) -> bool:
    """Return whether another reason that the row steps back for lasts at least as long."""
    return any((name, one[2].of) in found and found[name, one[2].of][0] >= one[0] for name in one[2].unless)


def _version_ends(version: Version, outcome: Outcome) -> Ends:
    """Return the reasons of one version: of several rows for one reason the longest counts."""
    ends: Ends = {}
    for row, end in zip(version.keep, outcome.keep, strict=True):
        key = (row.reason, row.of)
        if end is not None and (key not in ends or end > ends[key][0]):
            ends[key] = (end, version, row)
    return ends


def _caps(policy: Policy, bound: list[list[int]], said: list[dict[int, Outcome]]) -> list[tuple[int, Version, CapRow]]:
    """Return every cap that fits any stretch: what shortens one part shortens the conversation."""
    found: dict[tuple[int, str], tuple[int, Version, CapRow]] = {}
    for versions, outcomes in zip(bound, said, strict=True):
        for version in versions:
            if version < 0:
                continue
            rows = policy.versions[version].cap
            for row, end in zip(rows, outcomes[version].cap, strict=True):
                if end is not None and ((version, row.id) not in found or end < found[version, row.id][0]):
                    found[version, row.id] = (end, policy.versions[version], row)
    return list(found.values())


def _shorten(kept: Ends, caps: Iterable[tuple[int, Version, CapRow]]) -> tuple[Ends, list[tuple[Version, Row]]]:
    """Return *kept* with every cap applied, and the caps that took something away."""
    shortened: dict[str, tuple[Version, Row]] = {}
    for limit, version, cap in caps:
        for key, (end, owner, row) in kept.items():
            if end > limit and key[0] not in cap.spares:
                kept[key] = (limit, owner, row)
                shortened.setdefault(cap.id, (version, cap))
    return kept, list(shortened.values())


def _named(policy: Policy, version: Version, row: Row) -> Because:
    return compiled(policy)[policy.versions.index(version)].because[row.id]


def _once(found: Iterable[Because]) -> tuple[Because, ...]:
    """Return *found* without repeats of a row; the first version that said it is named."""
    first: dict[str, Because] = {}
    for one in found:
        first.setdefault(one.row, one)
    return tuple(first.values())
