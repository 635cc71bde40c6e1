"""`sayso region`: what a person says of where they live, taken down for them."""

from __future__ import annotations

import click

from sayso.app.cli.context import opened
from sayso.app.jobs import people, telling
from sayso.facts.errors import Unfit


@click.command(epilog="Example:  sayso region ana DE")
@click.argument("account")
@click.argument("region", required=False)
@click.option("--take-back", "back", is_flag=True, help="They take back what they said; the operator's word stands again.")
@click.pass_context
def region(context: click.Context, account: str, region: str | None, back: bool) -> None:
    """Note where a person says they live; without a region, show it. It never allows more: two words that differ are no word."""
    if back and region is not None:
        raise Unfit("name a region or `--take-back`, one of them; nothing was recorded")
    writes = back or region is not None
    with opened(context, write=writes) as (house, out):
        who = people.account_of(house, account)
        changed = telling.state(house, who, region) if writes else False
        past = house.present()
        told, stated, now = past.tier_and_region(who, told=True)[1], past.stated_region(who), past.tier_and_region(who)[1]
        out.data({"account": who, "told": told, "stated": stated, "region": now, "changed": changed})
        out.say(f"told: {told}; they say: {stated or 'nothing'}; it counts as: {now}")
