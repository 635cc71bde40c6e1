"""From the rows of a version to its expression trees: facts, silence, guards, first rows, ends of reasons and of caps.

Before the rows of each purpose stand guards that no profile can leave out: a fact that some row of the purpose asks for, and
the tier and region always, must be known. Together with the absence of NOT this is why an unknown fact never allows.
"""

from __future__ import annotations

from functools import lru_cache

from sayso.facts.rulings import Because
from sayso.facts.words import UNKNOWN, Purpose
from sayso.policy import flat, grounds, table, vocabulary
from sayso.policy.clock import OPEN, micros
from sayso.policy.compiled import Compiled, Guard, Phases, Verdict
from sayso.policy.table import CapRow, ChoiceRow, KeepRow, Policy, UseRow, Version, When
from sayso.policy.tree import And, AtLeast, Case, Col, Greatest, In, Known, Later, Lit, Node
from sayso.policy.vocabulary import ANSWERS, CONFLICT, PER_PURPOSE, SILENT, SPECIAL


def _phases(policy: Policy, version: Version) -> Phases:
    columns = flat.columns(policy.purposes)
    days = [
        (column, micros(day))
        for purpose, choice in version.choice.items()
        for day in (choice.since, choice.deadline)
        if day is not None
        for column in ("at", f"began_{purpose}")
    ]
    days += [(column, micros(day)) for day in grounds.days(version) for column in ("at", "at_collected")]
    words = tuple(name for name, kind in columns if kind != "BIGINT")
    return Phases(words, tuple(name for name, _ in columns if name.startswith("at_")), tuple(days))


@lru_cache(maxsize=64)
def compiled(policy: Policy) -> tuple[Compiled, ...]:
    """Return the versions of *policy* as trees and closures, in order; built once per policy."""
    return tuple(_version(policy, version) for version in policy.versions)


def _version(policy: Policy, version: Version) -> Compiled:
    rows = tuple(_guards(version.use[purpose]) + version.use[purpose] for purpose in policy.purposes)
    named = {row.id: _because(policy, version, row) for row in (*version.keep, *version.cap)}
    return Compiled(
        version=version,
        verdicts=tuple(tuple(_verdict(policy, version, row) for row in one) for one in rows),
        because=named,
        phases=_phases(policy, version),
        facts=tuple(_facts(policy)),
        says=tuple(
            pair
            for purpose in policy.purposes
            for pair in (*_says(purpose, version.choice.get(purpose)), *grounds.trees(version, purpose))
        ),
        use_rows=rows,
        use=tuple(_first(one, purpose) for one, purpose in zip(rows, policy.purposes, strict=True)),
        keep=tuple(_keep(row) for row in version.keep),
        cap=tuple(_cap(row) for row in version.cap),
    )


def _facts(policy: Policy) -> list[tuple[str, Node]]:
    """Return the trees that turn raw columns into facts: what is no declared value is `unknown`."""
    declared = dict(policy.declared)
    found: list[tuple[str, Node]] = []
    for fact in vocabulary.known_facts(declared):
        raw = Col(f"raw_{fact}")
        if fact in PER_PURPOSE:
            continue
        if fact in ("flagged", "feedback", "deleted"):
            found.append((fact, Case(((Known(Col(f"at_{fact}")), Lit("yes")),), Lit("no"))))
        elif fact in ("held", "imported", "private"):
            truths: tuple[tuple[Node, Node], ...] = ((In(raw, (True,)), Lit("yes")), (In(raw, (False,)), Lit("no")))
            found.append((fact, Case(truths, Lit(UNKNOWN))))
        else:
            known = vocabulary.values(fact, declared) or ()
            found.append((fact, Case(((In(raw, (*known, CONFLICT)), raw),), Lit(UNKNOWN))))
    for purpose in policy.purposes:
        for fact in ANSWERS:
            raw = Col(f"raw_{fact}_{purpose}")
            heard = (*SILENT, "allow", "refuse", *(("withdrawn",) if fact == "say" else ()), CONFLICT)
            found.append((f"heard_{fact}_{purpose}", Case(((In(raw, heard), raw),), Lit(UNKNOWN))))
    return found


def _says(purpose: Purpose, choice: ChoiceRow | None) -> list[tuple[str, Node]]:
    """Return the trees of `say` and `say_now`: the answers after the rules for silence and for withdrawal."""
    heard, heard_now = Col(f"heard_say_{purpose}"), Col(f"heard_say_now_{purpose}")
    if choice is None:
        return [(f"say_{purpose}", heard), (f"say_now_{purpose}", heard_now)]
    here = In(Col("imported"), ("no",))  # what was written elsewhere is no silence of this product's users
    say = _silence(choice, heard, Col(f"began_{purpose}"), ("tier", "region"), here)
    now = _silence(choice, heard_now, Col("at"), ("tier_now", "region_now"))
    if choice.withdrawal == "future_conversations":
        # A no reaches only what comes after it: turns said yes to keep their yes.
        forward = And((In(heard_now, ("refuse",)), In(heard, ("allow",))))
        now = Case(((forward, Lit("allow")),), now)
        say = Case(((In(heard, ("withdrawn",)), Lit("allow")),), say)
    return [(f"say_{purpose}", say), (f"say_now_{purpose}", now)]


def _silence(choice: ChoiceRow, heard: Col, clock: Col, places: tuple[str, str], *only: Node) -> Node:
    """Return what silence means at *clock*; an answer stays as it is, and so does the silence of those who are not asked."""
    asked = {("tier", "region").index(fact): values for fact, values in choice.when.items()}
    who = (*only, *(In(Col(places[position]), values) for position, values in asked.items()))
    words = {"gate": "gated", "allow": "assumed"}
    branches: list[tuple[Node, Node]] = []
    for since, meaning in ((choice.deadline, choice.after), (choice.since, choice.before)):
        if since is not None:
            after = AtLeast(clock, Lit(micros(since)))
            means: Node = Lit(words[meaning]) if meaning in words else heard
            branches.append((And((*who, In(heard, SILENT), after)), means))
    return Case(tuple(branches), heard)


def _column(fact: str, purpose: Purpose) -> Col:
    return Col(f"{fact}_{purpose}" if fact in PER_PURPOSE else fact)


def _fits(when: When, purpose: Purpose) -> tuple[Node, ...]:
    return tuple(In(_column(fact, purpose), values) for fact, values in when.items())


def _guards(rows: tuple[UseRow, ...]) -> tuple[Guard | UseRow, ...]:
    asked = sorted({*vocabulary.ALWAYS, *(fact for row in rows for fact in row.when)})
    return tuple(Guard(fact, special) for fact in asked for special in SPECIAL)


def _first(rows: tuple[Guard | UseRow, ...], purpose: Purpose) -> Node:
    """Return the tree of the position of the first row that fits."""
    branches: list[tuple[Node, Node]] = []
    for position, row in enumerate(rows[:-1]):
        when = (In(_column(row.fact, purpose), (row.special,)),) if isinstance(row, Guard) else _fits(row.when, purpose)
        branches.append((And(when), Lit(position)))
    return Case(tuple(branches), Lit(len(rows) - 1))


def _anchor(name: str, purpose: Purpose) -> tuple[Node, Node]:
    """Return the condition under which an anchor is there, and its instant."""
    match name:
        case "refused":
            # From the later of the last turn and the refusal: time to undo it, never less than silence would have given.
            since = Col(f"at_refused_{purpose}")
            return Known(since), Greatest((Col("at_last_turn"), since))
        case _:
            column = Col(f"at_{name}")
            return Known(column), column


def _keep(row: KeepRow) -> tuple[Node, Node]:
    there, start = _anchor(row.anchor, row.purpose)
    end: Node = Lit(OPEN) if row.months is None or row.days is None else Later(start, row.months, row.days)
    return And((*_fits(row.when, row.purpose), there)), end


def _cap(row: CapRow) -> tuple[Node, Node]:
    there, start = _anchor(row.anchor, row.purpose)
    return And((*_fits(row.when, row.purpose), there)), Later(start, row.months, row.days)


def _because(policy: Policy, version: Version, row: table.Row) -> Because:
    return Because(row=row.id, text=row.because, source=row.source, policy=f"{policy.name} {version.id}")


def _verdict(policy: Policy, version: Version, row: Guard | UseRow) -> Verdict:
    """Return what a row says when it decides; a guard denies, and says what is not known."""
    if isinstance(row, UseRow):
        return row.use, _because(policy, version, row)
    name = row.fact.replace("_", " ")
    text = (
        f"sources disagree about the {name}, and a conflict never permits"
        if row.special == CONFLICT
        else f"the {name} is not known or is no value this policy knows, and what is not known never permits"
    )
    return "deny", Because(row=f"{row.special}-{row.fact}", text=text, policy=f"{policy.name} {version.id}")
