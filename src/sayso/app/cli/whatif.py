"""`sayso policy diff` and `sayso policy simulate`: what another policy says, and what it would change for those who are here."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from sayso.app.cli.context import given, opened
from sayso.app.cli.show import Out
from sayso.app.jobs import whatif
from sayso.app.jobs.sides import Sum
from sayso.app.jobs.whatif import Group, WhatIf
from sayso.app.whatif import figures
from sayso.app.whatif.page import LIMITS, page, split
from sayso.facts.errors import Unfit
from sayso.facts.instants import iso, parse_instant
from sayso.policy.clauses import Clause, difference
from sayso.policy.dated import named

_SUMS = ["conversations", "people", "bytes", "byte-years before", "change"]
_MEANS = {"more": "NEEDS A NEW NOTICE", "less": "stricter", "none": "lets nothing more be used or kept"}


@click.command(epilog="Example:  sayso policy diff anthropic-consumer my-policy.toml")
@click.argument("before")
@click.argument("after")
@click.pass_context
def diff(context: click.Context, before: str, after: str) -> None:
    """Compare two policies, or two versions of one (NAME@VERSION), clause by clause; exit 1 when they differ.

    Each clause is said as it was and as it is, with whether it needs a new notice and whom to ask: anything that lets more be used
    or kept for somebody does, a stricter clause does not. Names, line numbers and other words for the same rule make no difference.
    """
    _, out = given(context)
    one, other = named(before), named(after)
    found = difference(one, other)
    out.data(
        {
            "before": {"name": one.label, "digest": one.policy.digest},
            "after": {"name": other.label, "digest": other.policy.digest},
            "clauses": [asdict(clause) | {"notice": clause.notice} for clause in found],
        }
    )
    for clause in found:
        out.say(*_lines(clause), "")
    asked = sum(clause.notice for clause in found)
    clauses = figures.count(len(found), "clause differs", "clauses differ")
    needs = figures.count(asked, "needs", "need")
    out.say(f"{clauses}, {needs} a new notice" if found else f"{one.label} and {other.label} say the same")
    if found:
        context.exit(1)


@click.command(epilog="Example:  sayso policy simulate anthropic-consumer as-first-reported --html what-if.html")
@click.argument("before")
@click.argument("after")
@click.option("--at", "at", metavar="INSTANT", help="By the facts known at a past instant, such as 2025-10-08; default now.")
@click.option("--html", "html", type=click.Path(path_type=Path), help="Write a report with plots to a file: one page, no scripts.")
@click.pass_context
def simulate(context: click.Context, before: str, after: str, at: str | None, html: Path | None) -> None:
    """Say what would change for those who are here, were AFTER the policy and not BEFORE; nothing is written to the data folder.

    Both are a shipped policy, a file, or NAME@VERSION: the policy as it stood when that version was its last.
    """
    instant = parse_instant(at, what="--at") if at is not None else None
    one, other = named(before), named(after)
    with opened(context, write=False, keys=False) as (house, out):
        result = whatif.simulate(house, one, other, instant)
    if html is not None:
        text = page(result, difference(one, other))
        try:
            html.write_text(text, encoding="utf-8")
        except OSError:
            raise Unfit(f"`{html.name[:60]}` cannot be written; name a file in a folder that is there") from None
    out.data(result)
    _show(out, result)
    if html is not None:
        out.say(f"the report is in {html}")


def _lines(clause: Clause) -> list[str]:
    since = f", from {', '.join(clause.since)}" if clause.since else ""
    lines = [f"{clause.table} `{clause.row}` {clause.kind}{since}: {_MEANS[clause.effect]}"]
    lines += [f"  before: {clause.before}"] if clause.before else []
    lines += [f"  after:  {clause.after}"] if clause.after else []
    lines += [f"  ask:    {clause.ask}"] if clause.ask else []
    return lines


def _show(out: Out, result: WhatIf) -> None:
    """Say in tables what would change, the most telling first."""
    out.say(f"{result.after.name} instead of {result.before.name}, by the facts known at {iso(result.at)}")
    out.say(
        f"{result.changed.conversations:,} of {figures.count(result.all.conversations, 'conversation')} of "
        f"{result.changed.people:,} of {figures.count(result.all.people, 'person', 'people')} would be ruled otherwise"
    )
    if not result.changed.conversations:
        return
    kinds = [
        [_kind(kind.what, kind.purpose), "needed" if kind.notice else "no", *_cells(kind.sum), " ".join(kind.sample[:1])]
        for kind in result.kinds
    ]
    out.table("\nwhat changes", ["change", "new notice", *_SUMS, "one of them"], kinds)
    for title, groups in (("by tier", result.tiers), ("by region", result.regions), ("by reason", result.reasons)):
        _grouped(out, title, groups)
    flows = [[flow.purpose, figures.USES[flow.before], figures.USES[flow.after], flow.sum.conversations] for flow in result.flows]
    out.table("\nfrom ruling to ruling", ["purpose", "before", "after", "conversations"], flows)
    years = [
        [f"{point.at:%Y-%m-%d}", figures.size(point.before), figures.size(point.after), figures.change(point.before, point.after)]
        for point in result.retained[::12]
    ]
    out.table("\nbytes kept", ["on", "before", "after", "change"], years)
    told = figures.count(len(result.notice), "person needs", "people need")
    out.say("", f"{told} a new notice first; `--json` names their pseudonyms" if result.notice else "nobody needs a new notice")
    out.say(LIMITS)


def _grouped(out: Out, title: str, groups: tuple[Group, ...]) -> None:
    changed, rest, conversations = split(groups)
    rows = [[one.name, *_cells(one.changed), one.newly_used, one.kept_longer] for one in changed]
    out.table(f"\n{title}", [title.removeprefix("by "), *_SUMS, "more used", "kept longer"], rows)
    if rest:
        out.say(f"nothing changes in {figures.count(rest, 'other')} with {figures.count(conversations, 'conversation')}")


def _kind(what: str, purpose: str | None) -> str:
    return f"{what} for {purpose.replace('_', ' ')}" if purpose else what


def _cells(total: Sum) -> list[str]:
    years = figures.change(total.byte_years_before, total.byte_years_after)
    return [
        f"{total.conversations:,}",
        f"{total.people:,}",
        figures.size(total.bytes),
        figures.size(total.byte_years_before),
        years,
    ]
