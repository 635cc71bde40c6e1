"""`sayso move`: ledger, index, sealed words and master keys from one kind of place to another, and back."""

from __future__ import annotations

import click
from msgspec.structs import replace

from sayso.app import keyring, postgres
from sayso.app.cli.common import agreed
from sayso.app.cli.context import given, opened
from sayso.app.cli.show import Out
from sayso.app.house import open_house
from sayso.app.jobs import entrusting, moving, places
from sayso.app.settings import Settings
from sayso.facts.errors import Unfit


@click.group(epilog="Example:  sayso move database sqlite")
def move() -> None:
    """Move a house: ledger and index between SQLite and PostgreSQL, sealed words between the folder and a store of objects.

    The new place is compared with the old one and audited before one write makes it the one. Until then the old one serves; what
    was stopped is begun anew by saying it again. Master keys move between files, the environment and tokens.
    """


@move.command(epilog="Example:  sayso move database sqlite")
@click.argument("to", metavar="ADDRESS|sqlite")
@click.pass_context
def database(context: click.Context, to: str) -> None:
    """Move ledger and index to the empty PostgreSQL database at ADDRESS, or into the folder.

    An ADDRESS has no password: set SAYSO_DATABASE to the whole of it, or use PGPASSFILE or a service file.
    """
    settings, out = given(context)
    if to != places.SQLITE and postgres.has_password(to):
        out.warn("a password in a command is read by others on this machine; use SAYSO_DATABASE, PGPASSFILE or a service file")
    source, target = _addresses(settings, to)
    context.obj = (source, out)
    with opened(context) as (house, _), out.progress("copying rows") as step:
        done = moving.move_database(house, target, step)
    after = replace(settings, database=target if done is not None and to != places.SQLITE else settings.database)
    _said(out, after, done, f"ledger and index lie at `{to if to == places.SQLITE else postgres.without_secrets(to)}` already")


@move.command(epilog="Example:  sayso move segments folder")
@click.argument("to", metavar="s3://BUCKET/PREFIX|folder")
@click.option("--objects-endpoint", "endpoint", metavar="URL", help="The endpoint of a store that is not Amazon's.")
@click.pass_context
def segments(context: click.Context, to: str, endpoint: str | None) -> None:
    """Move the sealed words to an empty prefix of an S3-compatible store, or into the folder."""
    settings, out = given(context)
    with opened(context) as (house, _), out.progress("copying segments") as step:
        done = moving.move_segments(house, to, endpoint or settings.endpoint, step)
    _said(out, settings, done, f"the sealed words lie at `{to[:200]}` already")


@move.command(epilog="Example:  sayso move master file")
@click.argument("to", metavar="file|environment|pkcs11:...")
@click.pass_context
def master(context: click.Context, to: str) -> None:
    """Turn the epoch so that its master key is in a file, in SAYSO_MASTER_KEY, or sealed by a token, and destroy the old one.

    For the environment set SAYSO_MASTER_KEY to a new key beforehand. What was stopped goes on with the next turn of the epoch.
    """
    settings, out = given(context)
    course = entrusting.begin(settings, to)
    if course is None:
        out.data(None)
        out.say(f"master keys are in the {keyring.kind(settings)} already; nothing was changed")
        return
    with opened(context) as (house, _), out.progress("turning") as step:
        done = entrusting.finish(house, course, step)
    out.data(done)
    out.say(
        f"epoch {done.turned.epoch} has begun, with its master key in the {done.new}; {done.turned.accounts} accounts rewrapped"
    )
    if done.old == "environment":
        out.warn("unset SAYSO_MASTER_KEY now and destroy that key in your secret store; until then backups open what was shredded")
    else:
        out.say(f"the master key of epoch {done.turned.previous} in the {done.old} is destroyed")
    out.say("back up the data anew, and the new master key apart from it")


@move.command(epilog="Example:  sayso move clear")
@click.option("--yes", is_flag=True, help="Do not ask; needed in scripts.")
@click.pass_context
def clear(context: click.Context, yes: bool) -> None:
    """Remove what lies at the places that something was moved away from."""
    with opened(context) as (house, out):
        left = moving.left_behind(house)
        if not left:
            out.data([])
            out.say("nothing is left behind by a move")
            return
        if not yes and not out.json:
            agreed(f"remove {_named(left)}? it cannot be undone")
        out.data(moving.clear(house))
        out.say(f"removed {_named(left)}; run `sayso epoch turn`, and no copy of it opens anything that was shredded")


@move.command(epilog="Example:  sayso move stop")
@click.pass_context
def stop(context: click.Context) -> None:
    """Give up a move that was begun: what was copied is removed, and the old place goes on."""
    settings, show = given(context)
    if (course := entrusting.give_up(settings)) is not None:
        show.data(course)
        show.say(f"given up; master keys stay in the {course.old}")
        return
    with opened(context) as (house, out):
        done = moving.stop(house)
        out.data(done)
        out.say("no move was begun" if done is None else f"given up; what was copied to `{done.url}` is removed")


def _addresses(settings: Settings, to: str) -> tuple[Settings, str]:
    """Return the settings to open the old place with, and the whole address of the new one, which the environment may know."""
    known = settings.database
    if to == places.SQLITE or known is None:
        return settings, to
    if postgres.without_secrets(known) != postgres.without_secrets(to):
        raise Unfit("SAYSO_DATABASE names another database than the one to move to; set it to that one, or unset it")
    return replace(settings, database=None), known


def _said(out: Out, settings: Settings, done: moving.Moved | None, already: str) -> None:
    if done is None:
        out.data(None)
        out.say(f"{already}; nothing was changed")
        return
    with open_house(settings) as house:
        moving.settle(house)
    out.data(done)
    if done.what == "database":
        out.say(f"ledger and index, {done.rows:,} rows, lie at `{done.new.url}` now, as they were: counted, summed and audited")
    else:
        out.say(
            f"{done.segments:,} segments, {done.bytes:,} bytes, lie at `{done.new.url}` now, as they were: compared and audited"
        )
    out.say(
        f"{_named([done.old])} is refused from now on and was left as it is: remove it with `sayso move clear`, and destroy "
        "backups of it; then `sayso epoch turn`, so that no copy of it opens what is shredded later"
    )


def _named(left: list[places.Where]) -> str:
    """Return what an operator looks for, place by place."""
    names = {("database", places.SQLITE): "the file `sayso.db`", ("segments", places.FOLDER): "the files under `vault`"}
    told = [names.get((one.what, one.url)) or f"the {one.what} at `{one.url}`" for one in left]
    return ", ".join(told)
