"""What counted and what would turn a ruling, in the words of a language: no code of ours where a person reads."""

from __future__ import annotations

from sayso.app.pages.catalogue import Catalogue
from sayso.app.views import WhyView
from sayso.policy.trying import Otherwise


def turned(why: WhyView, t: Catalogue) -> list[str]:
    """Return at most two sentences: the facts that decided, and the least change that would turn it."""
    facts = [f"{t.named('fact', fact)}: {_or(values, t)}" for fact, values in why.counted]
    lines = [t("turn.counted", facts="; ".join(facts))] if facts else []
    turn = why.turn
    if not turn.changes:
        return [*lines, t("turn.never" if turn.found == "never" else "turn.further")]
    what = t("turn.and").join(_if(one, t) for one in turn.changes)
    return [*lines, t("turn.could_not" if turn.now == "allow" else "turn.could", what=what)]


def _or(values: tuple[str, ...], t: Catalogue) -> str:
    return t("turn.or").join(t.named("value", one) for one in values)


def _if(one: Otherwise, t: Catalogue) -> str:
    """Return one change as a clause after *if*."""
    if one.who:
        when = "stored" if one.fact == "say" and one.before is None else one.fact
        key = f"if.{when}_{one.would}_{one.who}"
        return t(key, day=t.day(one.before)) if one.before else t(key)
    if one.would in ("yes", "no"):
        return t(f"if.{one.fact}_{one.would}")
    fact = f"{one.fact}_both" if one.also else one.fact
    is_now = bool(one.also) or one.fact.endswith("_now")
    return t("if.value_now" if is_now else "if.value_then", fact=t.named("fact", fact), value=t.named("value", one.would))
