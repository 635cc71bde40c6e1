"""`sayso policy propose`, `approve` and what goes with them: a policy that takes two officers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sayso.app import profiles
from sayso.app.cli.context import opened
from sayso.app.jobs import approving
from sayso.app.jobs.approving import Proposal
from sayso.facts.instants import iso, parse_instant

_BY = click.option("--by", required=True, help="The officer who does it, by name; it is recorded.")
_WHY = click.option("--why", required=True, help="Why; it is recorded beside the name.")
_STATES = {
    "open": "open",
    "approved": "approved",
    "turned_down": "turned down",
    "taken_back": "taken back",
    "late": "late",
    "overtaken": "overtaken by another policy",
}


@click.command(epilog='Example:  sayso policy propose protective --by olga --why "nothing without a yes" --notice-given 2025-10-01')
@click.argument("path")
@_BY
@_WHY
@click.option("--notice-given", metavar="DAY", help="Since when people have had notice of it, where it loosens something.")
@click.option("--days", default=approving.DAYS, show_default=True, help="How long it can be approved.")
@click.pass_context
def propose(context: click.Context, path: str, by: str, why: str, notice_given: str | None, days: int) -> None:
    """Propose a policy, shipped or a file: nothing changes until another officer approves it.

    It takes the role `operate`. It is void once it is late, or once another policy comes into force meanwhile.
    """
    given = parse_instant(notice_given, what="--notice-given") if notice_given is not None else None
    text, name = profiles.source(path), Path(path).stem
    with opened(context) as (house, out):
        made = approving.propose(house, text, name, by=by, why=why, days=days, notice_given=given)
        out.data(_told(made))
        out.say(
            f"proposal {made.number}: `{made.line.profile}`, open until {iso(made.line.until)}; "
            f"another officer approves it with `sayso policy approve {made.number} --by NAME --why ...`"
        )


@click.command(epilog='Example:  sayso policy approve --by otto --why "read it, and what it changes"')
@click.argument("number", type=int, required=False)
@_BY
@_WHY
@click.pass_context
def approve(context: click.Context, number: int | None, by: str, why: str) -> None:
    """Approve what another officer proposed: it is in force from then on, with both names and reasons in the ledger.

    It takes the role `approve`. Without a number it is the one proposal that is open.
    """
    with opened(context) as (house, out):
        before = house.policy_in_force()
        wanted, done = approving.approve(house, number, by=by, why=why)
        out.data({"proposal": wanted.number, "before": before.name, "name": done.name, "digest": done.digest, "ruled": done.ruled,
                  "due": done.due, "withdrawn": done.withdrawn, "proposed_by": wanted.line.by, "approved_by": by})  # fmt: skip
        out.say(
            f"{done.name} is in force instead of {before.name}, proposed by {wanted.line.by} and approved by {by}: "
            f"{done.ruled} conversations ruled anew, {done.due} due at the next sweep, "
            f"{done.withdrawn} rows withdrawn from releases"
        )


@click.command(epilog='Example:  sayso policy decline --by otto --why "the notice is not out yet"')
@click.argument("number", type=int, required=False)
@_BY
@_WHY
@click.pass_context
def decline(context: click.Context, number: int | None, by: str, why: str) -> None:
    """Turn a proposal down, or take your own back; the policy in force stays."""
    with opened(context) as (house, out):
        ended = approving.end(house, number, by=by, why=why)
        out.data(_told(ended))
        out.say(f"proposal {ended.number} was {_STATES[ended.state]} by {by}; nothing else changed")


@click.command("proposals", epilog="Example:  sayso policy proposals")
@click.pass_context
def proposals(context: click.Context) -> None:
    """List what was proposed, by whom and why, and what became of it; the newest first."""
    with opened(context, write=False, keys=False) as (house, out):
        with house.reading() as conn:
            found, two = approving.proposals(house, conn), approving.persons(house, conn) == 2
        out.data({"persons": 2 if two else 1, "proposals": [_told(one) for one in found]})
        rows = [[one.number, one.line.profile, one.line.by, _STATES[one.state], one.by or "–", one.line.why] for one in found]
        out.table("", ["proposal", "policy", "proposed by", "state", "ended by", "why"], rows)
        out.say("it takes two officers to put a policy into force" if two else "one officer alone may put a policy into force")


@click.command(epilog='Example:  sayso policy persons 2 --by olga --why "nobody alone"')
@click.argument("count", type=click.Choice(["1", "2"]))
@_BY
@_WHY
@click.option("--agreed", default="", help="Another officer who agrees; needed to go from two to one.")
@click.pass_context
def persons(context: click.Context, count: str, by: str, why: str, agreed: str) -> None:
    """Say how many officers it takes to put a policy into force; with 2 `sayso policy set` alone is refused."""
    with opened(context) as (house, out):
        approving.set_persons(house, 2 if count == "2" else 1, by=by, agreed=agreed, why=why)
        out.data({"persons": int(count)})
        out.say(f"from now on it takes {'two officers' if count == '2' else 'one officer'} to put a policy into force")


def _told(one: Proposal) -> dict[str, Any]:
    return {
        "number": one.number,
        "policy": one.line.profile,
        "digest": one.line.digest,
        "instead": one.line.instead,
        "proposed": iso(one.line.at),
        "by": one.line.by,
        "why": one.line.why,
        "until": iso(one.line.until),
        "state": one.state,
        "ended": None if one.ended is None else iso(one.ended),
        "ended_by": one.by,
        "ended_why": one.why,
    }
