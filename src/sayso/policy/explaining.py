"""A ruling in plain sentences: what may be done, which rows say so and after whom, why it is kept, and what happens next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from sayso.facts.instants import iso
from sayso.facts.rulings import Because, PurposeRuling, Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import Purpose
from sayso.policy import flat
from sayso.policy.compiled import Guard
from sayso.policy.compiling import compiled
from sayso.policy.deciding import decide
from sayso.policy.table import Policy
from sayso.policy.vocabulary import PER_PURPOSE

_VERDICT = {"allow": "may be used", "deny": "may not be used", "undetermined": "is not used, since sources do not settle it"}


def explain(policy: Policy, standing: Standing, ruling: Ruling, *, purpose: Purpose | None = None) -> list[str]:
    """Return *ruling* as sentences; with *purpose*, of that one alone."""
    lines: list[str] = []
    for name in [purpose] if purpose else ruling.use:
        lines += _use(policy, standing, ruling, name)
    lines += _keeping(ruling)
    lines.append(_next(policy, standing, ruling))
    return lines


def _use(policy: Policy, standing: Standing, ruling: Ruling, purpose: Purpose) -> list[str]:
    ruled = ruling.use[purpose]
    total = sum(one.last - one.first + 1 for one in standing.stretches)
    words = purpose.replace("_", " ")
    used = f": {_ranges(ruled)} of {total}" if ruled.use == "allow" else ""
    lines = [f"For {words} it {_VERDICT[ruled.use]}{used}."]
    for because in ruled.because:
        facts = _facts(policy, standing, ruling.at, purpose, because.row)
        lines.append(f"- {_cited(because)}{f' Here: {facts}.' if facts else ''}")
    return lines


def _ranges(ruled: PurposeRuling) -> str:
    """Return turn ranges as people count, from 1."""
    spans = [f"{first + 1}" if first == last else f"{first + 1} to {last + 1}" for first, last in ruled.turns]
    alone = len(ruled.turns) == 1 and ruled.turns[0][0] == ruled.turns[0][1]
    return f"turn{'' if alone else 's'} {', '.join(spans)}"


def _cited(because: Because) -> str:
    source = f", {because.source}" if because.source else ""
    return f"{because.text[:1].upper()}{because.text[1:]} (row `{because.row}`, {because.policy}{source})."


def _facts(policy: Policy, standing: Standing, at: datetime, purpose: Purpose, row_id: str) -> str:
    """Return the facts a row asked for, as they are in the first stretch that it decided."""
    for position, version in enumerate(policy.versions):
        terms = compiled(policy)[position]
        for row in terms.use_rows[policy.purposes.index(purpose)]:
            name = f"{row.special}-{row.fact}" if isinstance(row, Guard) else row.id
            if name != row_id or (not isinstance(row, Guard) and not row.when):
                continue
            asked = {row.fact: (row.special,)} if isinstance(row, Guard) else dict(row.when)
            for raw in flat.spell(policy, standing, at):
                known = terms.facts_of(raw)
                values = {fact: known[f"{fact}_{purpose}" if fact in PER_PURPOSE else fact] for fact in asked}
                if all(values[fact] in wanted for fact, wanted in asked.items()) and version.since <= at:
                    return ", ".join(f"{fact.replace('_', ' ')} is {value}" for fact, value in values.items())
    return ""


def _keeping(ruling: Ruling) -> list[str]:
    if ruling.keep_until is None:
        lines = ["It is kept, and no end is known."]
    elif ruling.due(ruling.at):
        lines = [f"Nothing keeps it any longer: it was due on {iso(ruling.keep_until)}."]
    else:
        lines = [f"It is kept until {iso(ruling.keep_until)}."]
    for reason in ruling.reasons:
        until = f"until {iso(reason.until)}" if reason.until else "with no known end"
        what = "The scores are" if reason.of == "scores" else "It is"
        lines.append(f"- {what} kept for {reason.name} {until}. {_cited(reason.because)}")
    lines += [f"- Shortened: {_cited(cap)}" for cap in ruling.caps]
    return lines


def _next(policy: Policy, standing: Standing, ruling: Ruling) -> str:
    """Return what happens next if nobody does anything."""
    if ruling.next_change_at is None:
        return "If nothing else happens, this stays so."
    later = decide(policy, replace(standing, at=ruling.at), ruling.next_change_at)
    changed = [name for name, ruled in ruling.use.items() if later.use[name].use != ruled.use]
    changes = [f"for {name.replace('_', ' ')} it {_VERDICT[later.use[name].use]}" for name in changed]
    gone = _names(one.name for one in ruling.reasons if one.name not in {other.name for other in later.reasons})
    changes += [f"the reason to keep it for {gone} ends"] if gone else []
    if later.due(later.at) and not ruling.due(ruling.at):
        changes.append("it is then due to be shredded")
    what = ", and ".join(changes) or "other words of the policy apply"
    return f"If nothing else happens, on {iso(ruling.next_change_at)} {what}."


def _names(names: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(names))
