"""`sayso hold`: legal orders to keep."""

from __future__ import annotations

import click

from sayso.app.cli.context import opened
from sayso.app.jobs import holds, people
from sayso.facts.events import Scope
from sayso.facts.instants import parse_instant
from sayso.facts.words import ConversationId


@click.group(epilog='Example:  sayso hold place order-25-1 --matter "preservation order" --account lu')
def hold() -> None:
    """Keep what a court or an authority orders to keep; a hold permits no use."""


@hold.command(epilog="Example:  sayso hold place order-25-1 --region US --from 2025-05-13")
@click.argument("name")
@click.option("--matter", default="", help="What the order is about, in a few words.")
@click.option("--account", "accounts", multiple=True, help="Reach only these accounts; may be given several times.")
@click.option("--conversation", "conversations", multiple=True, help="Reach only these conversations.")
@click.option("--region", "regions", multiple=True, help="Reach only turns collected in these regions.")
@click.option("--tier", "tiers", multiple=True, help="Reach only turns collected under these tiers.")
@click.option("--from", "since", metavar="INSTANT", help="Reach only turns from this instant on.")
@click.option("--to", "until", metavar="INSTANT", help="Reach only turns up to this instant.")
@click.pass_context
def place(
    context: click.Context,
    name: str,
    matter: str,
    accounts: tuple[str, ...],
    conversations: tuple[str, ...],
    regions: tuple[str, ...],
    tiers: tuple[str, ...],
    since: str | None,
    until: str | None,
) -> None:
    """Place a hold; without any option it reaches everything."""
    with opened(context) as (house, out):
        scope = Scope(
            accounts=tuple(people.account_of(house, one) for one in accounts) or None,
            conversations=tuple(ConversationId(one) for one in conversations) or None,
            regions=regions or None,
            tiers=tiers or None,
            since=parse_instant(since, what="--from") if since else None,
            until=parse_instant(until, what="--to") if until else None,
        )
        state = holds.place(house, name, scope, matter)
        out.data(state)
        reach = "reaches nothing yet, but what comes" if state.conversations == 0 else f"keeps {state.conversations} conversations"
        out.say(f"hold {name} is in force; it {reach}, and permits no use of them")


@hold.command("list", epilog="Example:  sayso hold list")
@click.pass_context
def list_(context: click.Context) -> None:
    """List the holds in force and how many conversations each keeps."""
    with opened(context, write=False) as (house, out):
        states = holds.listed(house)
        out.data(states)
        out.table("", ["hold", "matter", "keeps"], [[one.hold, one.matter, one.conversations] for one in states])
        if not states:
            out.say("no hold is in force")


@hold.command(epilog="Example:  sayso hold end order-25-1")
@click.argument("name")
@click.pass_context
def end(context: click.Context, name: str) -> None:
    """End a hold; what no other reason keeps is due at the next sweep."""
    with opened(context) as (house, out):
        state = holds.end(house, name)
        out.data(state)
        out.say(f"hold {name} has ended; {state.conversations} conversations are no longer kept by it")
