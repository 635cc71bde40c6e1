"""Two policies side by side: which rows differ, and which conversations would be ruled otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sayso.facts.instants import iso
from sayso.facts.standings import Standing
from sayso.facts.words import ConversationId, Purpose, Use
from sayso.policy.deciding import decide
from sayso.policy.table import Policy, Row, Version


@dataclass(frozen=True, kw_only=True)
class Change:
    """One conversation that the two policies rule otherwise: uses and turns that differ, and until when each keeps it."""

    conversation: ConversationId
    use: dict[Purpose, tuple[Use, Use]]
    turns: dict[Purpose, tuple[int, int]]
    """How many turns may be used, before and after, where that differs."""
    keep_until: tuple[datetime | None, datetime | None]

    @property
    def loosens(self) -> bool:
        """Return whether more may be used than before: what a person should be asked about first."""
        return any(after > before for before, after in self.turns.values())


def compare(old: Policy, new: Policy, standings: Iterable[Standing], at: datetime) -> Iterator[Change]:
    """Yield a change for every standing that *old* and *new* rule otherwise at *at*; the rest are not mentioned.

    A purpose that only one of the two rules on counts as denied by the other.
    """
    for standing in standings:
        before, after = decide(old, standing, at), decide(new, standing, at)
        use: dict[Purpose, tuple[Use, Use]] = {}
        turns: dict[Purpose, tuple[int, int]] = {}
        for purpose in dict.fromkeys((*old.purposes, *new.purposes)):
            pair = [ruling.use.get(purpose) for ruling in (before, after)]
            uses: list[Use] = [one.use if one else "deny" for one in pair]
            counts = [sum(last - first + 1 for first, last in one.turns) if one else 0 for one in pair]
            if uses[0] != uses[1]:
                use[purpose] = (uses[0], uses[1])
            if counts[0] != counts[1]:
                turns[purpose] = (counts[0], counts[1])
        if use or turns or before.keep_until != after.keep_until:
            yield Change(conversation=standing.conversation, use=use, turns=turns, keep_until=(before.keep_until, after.keep_until))


def differences(old: Policy, new: Policy) -> list[str]:
    """Return in sentences which versions and rows *new* adds, drops or changes.

    >>> from sayso.policy import load
    >>> differences(load("anthropic-consumer"), load("anthropic-consumer"))
    []
    """
    lines: list[str] = []
    before, after = ({version.id: version for version in policy.versions} for policy in (old, new))
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            lines.append(f"version `{name}` is gone")
        elif name not in before:
            lines.append(f"version `{name}` is new, from {iso(after[name].since)}")
        else:
            lines += _rows(before[name], after[name])
    return lines


def _rows(old: Version, new: Version) -> Iterator[str]:
    if old.since != new.since:
        yield f"version `{old.id}` begins on {iso(new.since)} instead of {iso(old.since)}"
    if old.notice_days != new.notice_days:
        yield f"version `{old.id}` gives {new.notice_days} days of notice instead of {old.notice_days}"
    before, after = _by_name(old), _by_name(new)
    for name in dict.fromkeys((*before, *after)):
        where = f"in version `{old.id}`"
        if name not in after:
            yield f"{where} row `{name}` is gone: {before[name][0].because}"
        elif name not in before:
            yield f"{where} row `{name}` is new: {after[name][0].because}"
        elif [_said(row) for row in before[name]] != [_said(row) for row in after[name]]:
            yield f"{where} row `{name}` says something else: {after[name][0].because}"
    order = [name for name in before if name in after]
    if order != [name for name in after if name in before]:
        yield f"in version `{old.id}` the rows stand in another order"


def _by_name(version: Version) -> dict[str, list[Row]]:
    by_purpose = (*version.basis.values(), *version.use.values())
    rows: list[Row] = [*version.choice.values(), *(row for rows in by_purpose for row in rows), *version.keep, *version.cap]
    named: dict[str, list[Row]] = {}
    for row in rows:
        named.setdefault(row.id, []).append(row)
    return named


def _said(row: Row) -> dict[str, object]:
    """Return what a row says, without where it stands."""
    return {key: value for key, value in vars(row).items() if key not in ("line", "versions")}
