"""`sayso hold`: legal orders to keep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from sayso.app.cli.context import opened
from sayso.app.house import House
from sayso.app.jobs import court, court_page, holds, people
from sayso.app.jobs.logs import put
from sayso.facts.errors import Unfit
from sayso.facts.events import HoldPlaced, Scope, parse_event
from sayso.facts.instants import parse_instant
from sayso.facts.words import ConversationId


@click.group(epilog='Example:  sayso hold place order-25-1 --matter "preservation order" --account lu')
def hold() -> None:
    """Keep what a court or an authority orders to keep; a hold permits no use."""


@hold.command(
    epilog='Example:  sayso hold place order-25-1 --region US --from 2025-05-13 --by legal --paper "order of 13 May 2025"'
)
@click.argument("name")
@click.option("--matter", default="", help="What the order is about, in a few words.")
@click.option("--by", default="", help="Who places it, for the chain of custody.")
@click.option("--paper", default="", help="On what paper: the order, its court, its date.")
@click.option("--account", "accounts", multiple=True, help="Reach only these accounts; may be given several times.")
@click.option("--conversation", "conversations", multiple=True, help="Reach only these conversations.")
@click.option("--region", "regions", multiple=True, help="Reach only turns collected in these regions.")
@click.option("--tier", "tiers", multiple=True, help="Reach only turns collected under these tiers.")
@click.option("--contract", "contracts", multiple=True, help="Reach only turns collected under these contracts.")
@click.option("--from", "since", metavar="INSTANT", help="Reach only turns from this instant on.")
@click.option("--to", "until", metavar="INSTANT", help="Reach only turns up to this instant.")
@click.option("--except-account", "not_accounts", multiple=True, help="Leave these accounts out.")
@click.option("--except-region", "not_regions", multiple=True, help="Leave out turns collected in these regions.")
@click.option("--except-tier", "not_tiers", multiple=True, help="Leave out turns collected under these tiers.")
@click.option("--except-contract", "not_contracts", multiple=True, help="Leave out turns collected under these contracts.")
@click.option("--query", type=click.Path(path_type=Path), help="A scope as JSON (spec/holds.md), instead of the options above.")
@click.option("--silent", is_flag=True, help="The order forbids telling the people it reaches.")
@click.option("--future", is_flag=True, help="Place it though it reaches nothing yet: it is for what comes.")
@click.pass_context
def place(
    context: click.Context,
    /,
    name: str,
    matter: str,
    by: str,
    paper: str,
    query: Path | None,
    silent: bool,
    future: bool,
    **given: tuple[str, ...] | str | None,
) -> None:
    """Place a hold; without any option it reaches everything. One that reaches nothing is refused, unless it is for what comes."""
    with opened(context) as (house, out):
        if query is not None and any(given.values()):
            raise Unfit("--query holds the whole scope; give it alone, or the other options without it")
        scope = _scope(house, given) if query is None else _query(house, query)
        state = holds.place(house, name, scope, matter, by=by, paper=paper, silent=silent, future=future)
        out.data(state)
        reach = f"keeps {state.conversations} conversations of {state.accounts} accounts"
        reach = reach if state.conversations else "reaches nothing yet, but what comes"
        out.say(f"hold {name} is in force; it {reach}, and permits no use of them")
        if state.withdrawn:
            out.say(f"{state.withdrawn} rows were withdrawn from releases")


@hold.command("list", epilog="Example:  sayso hold list")
@click.pass_context
def list_(context: click.Context) -> None:
    """List the holds in force and how many conversations each keeps."""
    with opened(context, write=False) as (house, out):
        states = holds.listed(house)
        out.data(states)
        rows = [[one.hold, one.matter, one.conversations, one.accounts, "no" if one.silent else "yes"] for one in states]
        out.table("", ["hold", "matter", "keeps", "accounts", "may be told"], rows)
        if not states:
            out.say("no hold is in force")


@hold.command(epilog="Example:  sayso hold report order-25-1 --out report.json --page report.md")
@click.argument("matter")
@click.option("--out", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the signed report here, as JSON.")
@click.option("--page", type=click.Path(path_type=Path, dir_okay=False), help="Write the same for people here, as Markdown.")
@click.pass_context
def report(context: click.Context, matter: str, file: Path | None, page: Path | None) -> None:
    """Report on a matter for the court: counts, ranges, chain of custody, digests; signed, without a word of anybody."""
    with opened(context, write=False) as (house, out):
        made = court.report(house, matter)
        if file is not None:
            put(file, msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n")
        if page is not None:
            put(page, court_page.as_markdown(made).encode())
        out.data(made)
        out.say(*_sentences(made))
        if file is not None:
            out.say(f"signed report in {file.name}; check it with `sayso verify {file.name}`")


@hold.command(epilog='Example:  sayso hold read order-25-1 --account lu --by "J. Doe" --why "production of 3 June"')
@click.argument("name")
@click.argument("conversation", required=False)
@click.option("--account", help="Instead of one conversation: all of this account's that the hold keeps.")
@click.option("--by", required=True, help="Who reads it.")
@click.option("--why", required=True, help="For what; both are recorded before a word is shown.")
@click.pass_context
def read(context: click.Context, name: str, conversation: str | None, account: str | None, by: str, why: str) -> None:
    """Open what a hold keeps, also what its person deleted; who read it and why is recorded first, line by line."""
    if (conversation is None) == (account is None):
        raise Unfit("name one conversation, or --account NAME; not both, not neither")
    with opened(context) as (house, out):
        wanted = [ConversationId(conversation)] if conversation is not None else []
        if account is not None:
            theirs = set(house.present().of_account(people.account_of(house, account)))
            wanted = [one for one in holds.reached(house, name) if one in theirs]
        found = [holds.read(house, name, one, by=by, why=why) for one in wanted]
        out.data(found)
        for one in found:
            for turn in one.turns:
                out.say(f"{turn.at or ''} {turn.role}:", turn.text, "")
        out.say(f"{len(found)} conversations were read under hold {name}; each reading is recorded")


@hold.command(epilog="Example:  sayso hold end order-25-1")
@click.argument("name")
@click.pass_context
def end(context: click.Context, name: str) -> None:
    """End a hold; what no other reason keeps is due at the next sweep."""
    with opened(context) as (house, out):
        state = holds.end(house, name)
        out.data(state)
        still = state.conversations - state.released
        out.say(
            f"hold {name} has ended; {state.released} conversations are no longer held" + (f", {still} by others" if still else "")
        )


def _scope(house: House, given: dict[str, tuple[str, ...] | str | None]) -> Scope:
    """Return the scope that the options spell; each kind of exception takes out by itself."""
    since, until = given["since"], given["until"]
    some = {name: value for name, value in given.items() if isinstance(value, tuple) and value}
    whose = {name: tuple(people.account_of(house, one) for one in some.pop(name, ())) for name in ("accounts", "not_accounts")}
    exceptions = [Scope(**{name.removeprefix("not_"): some.pop(name)}) for name in sorted(some) if name.startswith("not_")]  # type: ignore[arg-type]  # names of lists of text
    if whose["not_accounts"]:
        exceptions.append(Scope(accounts=whose["not_accounts"]))
    conversations = tuple(ConversationId(one) for one in some.pop("conversations", ()))
    return Scope(
        accounts=whose["accounts"] or None,
        conversations=conversations or None,
        since=parse_instant(since, what="--from") if since else None,
        until=parse_instant(until, what="--to") if until else None,
        exempt=tuple(exceptions) or None,
        **some,  # regions, tiers and contracts, where they were given
    )


def _query(house: House, path: Path) -> Scope:
    """Return the scope in a file; accounts in it are names, as everywhere on the command line."""
    try:
        plain = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError):
        raise Unfit(f"`{path.name}` is no JSON file that can be read; spec/holds.md shows one") from None
    event = parse_event(
        {"at": "2000-01-01", "type": "hold_placed", "hold": "query", "scope": _named(house, plain)}, where=path.name
    )
    return event.scope if isinstance(event, HoldPlaced) else Scope()


def _named(house: House, scope: object) -> object:
    if isinstance(scope, list):
        return [_named(house, one) for one in scope]
    if not isinstance(scope, dict):
        return scope
    named = dict(scope)
    if isinstance(named.get("accounts"), list):
        named["accounts"] = [people.account_of(house, str(one)) for one in named["accounts"]]
    if "except" in named:
        named["except"] = _named(house, named["except"])
    return named


def _sentences(made: dict[str, Any]) -> list[str]:
    counts, span = made["counts"], made["range"]
    whole = f"{counts['conversations']} conversations of {counts['accounts']} accounts, {counts['turns']} turns"
    if not counts["conversations"]:
        return [f"matter {made['matter']}: nothing was ever held"]
    now = f"{counts['held_now']} held now, {counts['deleted_by_person']} deleted by their people"
    return [
        f"matter {made['matter']}: {whole}, of {span['first']} to {span['last']}",
        f"{now}, {counts['destroyed']} destroyed since",
    ]
