"""A row in plain words: what it allows, how long it keeps, whom it asks; and the facts that decide, as people would say them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from sayso.policy import vocabulary
from sayso.policy.table import CapRow, ChoiceRow, KeepRow, Policy, Row, ScrubRow, UseRow, When

Known: TypeAlias = Mapping[str, Collection[str]]

_MANY = 8
"""Values that a sentence lists before it only counts the rest."""

FACTS = {
    "tier": "the tier then",
    "tier_now": "the tier now",
    "region": "the region then",
    "region_now": "the region now",
    "contract": "the contract",
    "organisation": "the organisation then",
    "organisation_now": "the organisation now",
    "surface": "the surface",
    "origin": "the origin of the text",
    "model": "the model",
    "age": "the age then",
    "age_now": "the age now",
    "imported": "brought from elsewhere",
    "private": "incognito",
    "flagged": "flagged for safety",
    "feedback": "rated or reported",
    "deleted": "deleted",
    "held": "under a legal hold",
    "say": "the answer then",
    "say_now": "the answer now",
}
"""How each fact is called in a sentence; `then` is when the turns were written. What is not here goes by its own name."""

SAID = {
    "allow": "yes",
    "refuse": "no",
    "withdrawn": "a yes that was taken back",
    "deferred": "put off",
    "noticed": "not given though the notice was shown",
    "unasked": "never asked for",
    "gated": "not given, and the product waits for it",
    "assumed": "silence that counts as a yes",
}
_ANCHOR = {
    "last_turn": "the last turn",
    "collected": "collection",
    "deleted": "the deletion",
    "flagged": "the flag",
    "feedback": "the rating",
    "refused": "the refusal, or the last turn if that came later",
}
_SILENCE = {"deny": "silence is no answer", "gate": "silence closes the product", "allow": "silence counts as a yes"}
_BACK = {
    "future_conversations": "a no reaches new conversations only",
    "future_runs": "a no reaches every future run",
    "everything": "a no reaches everything",
}
_RESUMED = {"whole": "all of a resumed chat counts", "new_turns": "of a resumed chat only the new turns count"}
_DONE = {
    "keep_public": "names of public figures stay, the others are marked",
    "surrogate": "a value that nobody has takes its place",
    "mark": "a mark takes its place",
    "drop_turn": "the turn is left out",
    "drop_conversation": "the conversation is left out",
}
_USE = {"allow": "may be used", "deny": "may not be used", "undetermined": "is not used, since sources do not settle it"}


def said(row: Row, known: Known, only: Collection[str] | None = None) -> str:
    """Return what *row* says, in one sentence without a full stop; with *only*, just these of its conditions."""
    when = {name: values for name, values in row.when.items() if only is None or name in only}
    rest = " (the rest as before)" if len(when) < len(row.when) else ""
    condition = (f", where {where(when, known)}" if when else "") + rest
    match row:
        case UseRow():
            return f"for {spaced(row.purpose)} it {_USE[row.use]}{condition}"
        case KeepRow():
            what = "the scores are" if row.of == "scores" else "it is"
            less = f", unless {listed([spaced(one) for one in row.unless])} keeps it longer" if row.unless else ""
            return f"{what} kept for {row.reason} {_span(row.months, row.days)} {_from(row)}{condition}{less}"
        case CapRow():
            spared = f"; {listed(row.spares)} excepted" if row.spares else ""
            return f"nothing keeps it longer than {_span(row.months, row.days)} {_from(row)}{condition}{spared}"
        case ChoiceRow():
            return _asked(row, where(when, known) + rest)
        case ScrubRow():
            kinds = listed([spaced(one) for one in row.kinds]) if row.kinds else "every other kind"
            return f"for {spaced(row.purpose)} {kinds} found in the text: {_DONE[row.do]}"
        case _:
            return row.because


def where(box: When | Mapping[str, frozenset[str]], known: Known) -> str:
    """Return the condition that *box* is, empty where it holds always; *known* are the values a fact can have.

    >>> where({"tier": ("free", "pro"), "tier_now": ("free", "pro"), "private": ("no",)}, {})
    'the tier then and now is free or pro, and not incognito'
    """
    parts: list[str] = []
    for name in [*FACTS, *(name for name in box if name not in FACTS)]:
        twin = f"{name}_now" if f"{name}_now" in FACTS else name.removesuffix("_now")
        alike = twin != name and twin in box and name in box and set(box[name]) == set(box[twin])
        if name in box and not (alike and name.endswith("_now")):
            said_once = _is(name, box[name], known.get(name, ()))
            parts.append(said_once.replace(" then ", " then and now ", 1) if alike else said_once)
    return ", and ".join(parts)


def knowns(*policies: Policy) -> dict[str, frozenset[str]]:
    """Return the values each fact can have in any of *policies*."""
    found: dict[str, frozenset[str]] = {}
    for policy in policies:
        declared = dict(policy.declared)
        for name in vocabulary.known_facts(declared):
            found[name] = found.get(name, frozenset()) | frozenset(vocabulary.values(name, declared) or ())
    return found


def fact(name: str) -> str:
    """Return what people call a fact."""
    return FACTS.get(name, spaced(name))


def spaced(name: str) -> str:
    """Return a name of the code as words."""
    return name.replace("_", " ")


def spelt(count: int) -> str:
    """Return how many things, in words.

    >>> spelt(2)
    'two things'
    """
    words = ("nothing", "one", "two", "three", "four", "five", "six")
    return f"{words[count] if count < len(words) else count} thing{'' if count == 1 else 's'}"


def listed(names: Iterable[str], last: str = "and") -> str:
    """Return *names* as people list them, and past eight only how many more there are.

    >>> listed(["a", "b", "c"], "or")
    'a, b or c'
    """
    some = list(names)
    if len(some) > _MANY:
        return f"{', '.join(some[: _MANY - 1])} {last} {len(some) - _MANY + 1} more"
    return f" {last} ".join([", ".join(some[:-1]), some[-1]] if len(some) > 1 else some)


def _is(name: str, values: Iterable[str], known: Collection[str]) -> str:
    ordered = list(values) if isinstance(values, tuple) else sorted(values)
    if set(ordered) <= {"yes", "no"} and len(ordered) == 1:
        return fact(name) if ordered[0] == "yes" else f"not {fact(name)}"
    missing = sorted(set(known) - set(ordered))
    if known and not missing and not set(ordered) & set(vocabulary.SPECIAL):
        return f"{fact(name)} is known"
    if len(ordered) > _MANY and 0 < len(missing) <= _MANY and not set(ordered) & set(vocabulary.SPECIAL):
        return f"{fact(name)} is known and not {listed(missing, 'or')}"
    words = [SAID.get(one, one) if name in ("say", "say_now") else spaced(one) for one in ordered]
    return f"{fact(name)} is {listed(words, 'or')}"


def _span(months: int | None, days: int | None) -> str:
    if months is None or days is None:
        return "without an end that is known, counted"
    years, rest = divmod(months, 12)
    parts = [
        f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in ((years, "year"), (rest, "month"), (days, "day")) if count
    ]
    return " ".join(parts) or "0 days"


def _from(row: KeepRow | CapRow) -> str:
    return f"from {_ANCHOR.get(row.anchor, spaced(row.anchor))}"


def _asked(row: ChoiceRow, who: str) -> str:
    purpose, who = spaced(row.purpose), who.strip() or "everyone"
    parts = [f"people are asked about {purpose} from {row.since:%Y-%m-%d} ({who})"]
    if row.deadline is None:
        parts.append(_SILENCE[row.before])
    else:
        # The row holds the instant; which day people call it depends on a zone that it no longer names.
        parts.append(f"until {row.deadline:%Y-%m-%d %H:%M} UTC {_SILENCE[row.before]}, then {_SILENCE[row.after]}")
    return "; ".join([*parts, _BACK[row.withdrawal], _RESUMED[row.resumed]])
