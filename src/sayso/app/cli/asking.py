"""`sayso request`: what people asked for by law, and by when it is to be answered."""

from __future__ import annotations

from typing import Any

import click

from sayso.app.cli.context import opened
from sayso.app.jobs import asked, people
from sayso.app.jobs.asked import WANTED, Asked, Book
from sayso.facts.instants import iso, parse_instant

_BY = click.option("--by", required=True, help="Who does it, by name; it is recorded.")


@click.group(epilog="Example:  sayso request list")
def request() -> None:
    """Requests of people for their rights: each is to be answered within a month (GDPR Art. 12(3))."""


@request.command("list", epilog="Example:  sayso request list")
@click.option("--all", "every", is_flag=True, help="Also those that were answered.")
@click.pass_context
def list_(context: click.Context, every: bool) -> None:
    """List what is not answered yet, what is due first on top; exit 1 when anything is overdue."""
    with opened(context, write=False, keys=False) as (house, out):
        book, now = Book(house), house.now()
        found = book.all() if every else book.open()
        out.data([_told(one, one.state(now)) for one in found])
        rows = [
            [one.number, one.what, one.account or one.file, iso(one.received)[:10], iso(one.due)[:10], one.state(now)]
            for one in found
        ]
        out.table("", ["request", "asks for", "account or file", "received", "answer by", "state"], rows)
        if not found:
            out.say("no request is open")
    if any(one.state(now) == "overdue" for one in found):
        context.exit(1)


@request.command(epilog="Example:  sayso request add access --account ana --by olga")
@click.argument("what", type=click.Choice(WANTED))
@click.option("--account", help="Whose account it is about, by its name; kept as a pseudonym.")
@click.option("--file", default="", help="The number under which the letter lies elsewhere; never a name.")
@click.option("--received", metavar="DAY", help="The day it was received; default today.")
@_BY
@click.pass_context
def add(context: click.Context, what: str, account: str | None, file: str, received: str | None, by: str) -> None:
    """Write down a request that came by letter, by mail or by word of mouth."""
    day = parse_instant(received, what="--received") if received is not None else None
    with opened(context) as (house, out):
        whose = people.account_of(house, account) if account is not None else None
        made = asked.add(house, what, by=by, account=whose, received=day, file=file)
        out.data(_told(made, made.state(house.now())))
        out.say(f"request {made.number}: answer by the end of {iso(made.due)[:10]}")


@request.command(epilog='Example:  sayso request extend --by olga --why "three more systems to ask"')
@click.argument("number", type=int, required=False)
@_BY
@click.option("--why", required=True, help="Why it takes longer; the person has to be told, within the first month.")
@click.option("--until", metavar="DAY", help="The new last day; default three months after it was received, which is the latest.")
@click.pass_context
def extend(context: click.Context, number: int | None, by: str, why: str, until: str | None) -> None:
    """Take longer to answer: up to two months more, once. Without a number it is the one request that is open."""
    day = parse_instant(until, what="--until") if until is not None else None
    with opened(context) as (house, out):
        done = asked.extend(house, asked.the_one(house, number), by=by, why=why, until=day)
        out.data(_told(done, done.state(house.now())))
        out.say(f"request {done.number}: answer by the end of {iso(done.due)[:10]}; tell the person why")


@request.command(epilog='Example:  sayso request done --by olga --why "sent as a file on 3 June"')
@click.argument("number", type=int, required=False)
@_BY
@click.option("--why", required=True, help="What was done, or why it was refused, as the person was told.")
@click.option("--refused", is_flag=True, help="It was refused; the person was told why, and whom they can complain to.")
@click.pass_context
def done(context: click.Context, number: int | None, by: str, why: str, refused: bool) -> None:
    """Note that a request was answered. Without a number it is the one request that is open."""
    with opened(context) as (house, out):
        ended = asked.close(house, asked.the_one(house, number), by=by, why=why, refused=refused)
        out.data(_told(ended, ended.state(house.now())))
        out.say(f"request {ended.number} is {'refused' if refused else 'done'}{', late' if ended.late() else ''}")


def _told(one: Asked, state: str) -> dict[str, Any]:
    return {
        "number": one.number,
        "what": one.what,
        "account": one.account,
        "file": one.file,
        "by": one.by,
        "received": iso(one.received)[:10],
        "due": iso(one.due)[:10],
        "state": state,
        "extended": one.extended,
        "closed": None if one.closed is None else iso(one.closed),
        "why": one.why,
    }
