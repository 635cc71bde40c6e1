"""The report of a what-if as HTML: one Jinja template that escapes everything and fails on any name it was not given."""

from __future__ import annotations

from pathlib import Path

from sayso.app.jobs.sides import Sum
from sayso.app.jobs.whatif import Group, WhatIf
from sayso.app.whatif import drawing, figures
from sayso.facts.errors import Unfit
from sayso.facts.instants import iso
from sayso.policy.clauses import Clause

_HERE = Path(__file__).resolve().parent
LIMITS = (
    "These are rulings by the facts known at that instant. What people would answer, delete or rate under the other policy is not "
    "in it, nor what was released or trained before. Bytes are those stored now, sealed; byte-years count the next six years only. "
    "Conversations are named by pseudonym, and none was opened."
)


def page(result: WhatIf, clauses: list[Clause]) -> str:
    """Return *result*, and the *clauses* that differ, as one self-contained page."""
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  # an extra
    except ImportError:
        raise Unfit("a report in HTML needs Jinja; install sayso[serve]") from None
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(size=figures.size, words=_words)
    environment.globals.update(change=figures.change, years=_years, count=figures.count, uses=figures.USES)
    purposes = list(dict.fromkeys(flow.purpose for flow in result.flows))
    flows = {one: [flow for flow in result.flows if flow.purpose == one] for one in purposes}
    # Where nothing changes for any purpose, the first is drawn all the same, so that the page shows what there is.
    moving = [one for one in purposes if any(flow.before != flow.after for flow in flows[one])] or purposes[:1]
    return environment.get_template("report.html").render(
        r=result,
        at=iso(result.at),
        clauses=clauses,
        lines=drawing.lines(result.retained),
        yearly=result.retained[::12],
        streams=[(one, drawing.stream(flows[one]), flows[one]) for one in purposes if one in moving],
        still=[(one, flows[one]) for one in purposes if one not in moving],
        groups=[
            ("tier", "Tier now", *split(result.tiers)),
            ("region", "Region now", *split(result.regions)),
            ("reason", "Reason", *split(result.reasons)),
        ],
        purposes_told=[(one, told) for one in purposes if (told := sum(one in person.purposes for person in result.notice))],
        limits=LIMITS,
    )


def split(groups: tuple[Group, ...]) -> tuple[list[Group], int, int]:
    """Return the groups in which something changes, then how many others there are and how many conversations they have."""
    changed = [group for group in groups if group.changed.conversations]
    rest = [group for group in groups if not group.changed.conversations]
    return changed, len(rest), sum(group.all for group in rest)


def _years(total: Sum) -> str:
    """Return by how much byte-years change, in their unit."""
    said = figures.change(total.byte_years_before, total.byte_years_after)
    return said if said == "as before" else f"{said}·y"


def _words(name: str) -> str:
    return name.replace("_", " ")
