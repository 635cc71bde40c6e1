"""`sayso retention`, `sayso sweep` and `sayso delete`: the end of conversations, by reason or by wish."""

from __future__ import annotations

from datetime import datetime
from typing import TextIO

import click

from sayso.app.cli.common import agreed
from sayso.app.cli.context import opened
from sayso.app.cli.show import Out, day
from sayso.app.house import House
from sayso.app.jobs import deletion, epochs, people, rule, undoing
from sayso.app.jobs.retention import Ending, announce, put_retention, retention
from sayso.app.jobs.sweep import preview as what_ends
from sayso.app.jobs.sweep import sweep as sweep_now
from sayso.facts.errors import Broken, Unfit

WAYS = "name conversations, or --file, or --account NAME; one of the three"


@click.command("retention", epilog="Example:  sayso retention --grace 14")
@click.option("--notice", type=int, metavar="DAYS", help="Announce every end that long before; 0 announces nothing.")
@click.option("--grace", type=int, metavar="DAYS", help="How long a deletion can be taken back; it moves no day of destruction.")
@click.option("--evidence", type=int, metavar="DAYS", help="How long what a forgotten account answered can still be shown.")
@click.pass_context
def keeping(context: click.Context, notice: int | None, grace: int | None, evidence: int | None) -> None:
    """Show, or set, how ends happen: announced how long before, undone for how long, and proof kept for how long after.

    Proof of what a person answered is kept while they are here, and after their account is forgotten for as long as somebody may
    ask for it: 1461 days unless you say otherwise, since claims lapse within four years in many places (GDPR art. 7(1), 5(1)(e),
    17(3)(e)). Then the sweep destroys what the ledger says of them; an order to keep stops it.
    """
    setting = notice is not None or grace is not None or evidence is not None
    with opened(context, write=setting) as (house, out):
        now = put_retention(house, notice=notice, grace=grace, evidence=evidence) if setting else retention(house)
        out.data(now)
        out.say(f"ends are announced {now.notice} days before" if now.notice else "ends are not announced beforehand")
        out.say(
            f"a deletion can be taken back for {now.grace} days, while its key is there"
            if now.grace
            else "no deletion can be taken back"
        )
        out.say(f"what the ledger says of a forgotten account opens to nothing {now.evidence} days after it was forgotten")


@click.command(epilog="Example:  sayso sweep --preview")
@click.option("--preview", is_flag=True, help="Only say what ends; destroy nothing.")
@click.option("--account", help="With --preview: when each conversation of this account ends, and why.")
@click.option("--days", type=click.IntRange(0, 36500), default=0, help="With --preview: what ends within so many days.")
@click.option("--announce", "telling", is_flag=True, help="Only announce what ends within the notice period; destroy nothing.")
@click.pass_context
def sweep(context: click.Context, preview: bool, account: str | None, days: int, telling: bool) -> None:
    """Shred every conversation that no reason keeps any more; it can be stopped and started again at any point.

    Several may run at once, on several machines where the database is a server: they share what is due.
    """
    if (account is not None or days) and not preview:
        raise Unfit("--account and --days only choose what --preview shows; a sweep takes everything that is due")
    if preview and telling:
        raise Unfit("--preview writes nothing and --announce does; name one of them")
    with opened(context, write=not preview, sharing=not preview and not telling) as (house, out):
        if preview:
            _preview(house, out, account, days)
        elif telling:
            with out.progress("announcing") as step:
                told = announce(house, step)
            out.data(told)
            _by_reason(out, told.why, "announced")
            out.say(f"the ends of {told.announced} conversations of {told.people} people announced")
        else:
            _sweep(house, out)


def _preview(house: House, out: Out, account: str | None, days: int) -> None:
    who = people.account_of(house, account) if account is not None else None
    result = what_ends(house, account=who, days=days)
    out.data(result)
    shown = [(one.account, one.conversation, day(one.until), one.why, _told(one)) for one in result.preview]
    out.table("", ["account", "conversation", "ends", "the reason that ends last", "announced"], shown)
    out.say(f"{result.due} conversations are due; nothing was destroyed")


def _told(one: Ending) -> str:
    return "deleted by its person" if one.asked else f"for {day(one.announced)}" if one.announced else "no"


def _sweep(house: House, out: Out) -> None:
    with out.progress("sweeping") as step:
        result = sweep_now(house, progress=step)
    out.data(result)
    _by_reason(out, result.why, "shredded")
    if result.announced or result.waiting:
        out.say(f"{result.announced} ends announced, {result.waiting} wait for the day that was announced")
    out.say(
        f"{result.due} due, {result.shredded} shredded, {result.kept} kept by a hold; "
        f"{result.forgotten} deleted accounts forgotten, {result.freed:,} dead bytes removed, "
        f"{result.emptied} withdrawn rows emptied in releases"
    )
    if result.unopened:
        out.say(f"what the ledger said of {result.unopened} accounts that were forgotten long ago opens to nothing from now on")
    waits = epochs.waiting(house)
    if waits.conversations + waits.accounts:
        out.say(
            f"{waits.conversations} conversations and {waits.accounts} accounts, shredded since the last turn began, "
            "are unreadable here, and in every backup after the next `sayso epoch turn`"
        )
    if result.wrong:
        raise Broken(f"withdrawn rows keep their words in {len(result.wrong)} releases: {result.wrong[0]}")


def _by_reason(out: Out, why: dict[str, int], what: str) -> None:
    for row, count in sorted(why.items()):
        out.say(f"  {count} {what}: {row}")


@click.command(epilog="Example:  sayso delete --account nia --yes")
@click.argument("conversations", nargs=-1)
@click.option("--conversation", "more", multiple=True, help="One more conversation; can be given several times.")
@click.option("--file", type=click.File("r", encoding="utf-8"), help="A file with one conversation per line; - is standard input.")
@click.option("--account", help="Delete a whole account with all its conversations.")
@click.option("--undo", is_flag=True, help="Take the deletion back, within its grace and while the key is there.")
@click.option("--yes", is_flag=True, help="Do not ask; needed in scripts.")
@click.pass_context
def delete(
    context: click.Context,
    conversations: tuple[str, ...],
    more: tuple[str, ...],
    file: TextIO | None,
    account: str | None,
    undo: bool,
    yes: bool,
) -> None:
    """Delete conversations or one account: out of sight at once, unreadable by the day it says."""
    wanted = [*conversations, *more, *(_lines(file) if file is not None else [])]
    if file is not None and not wanted:
        raise Unfit("the file names no conversation; nothing was deleted")
    if bool(wanted) == (account is not None):
        raise Unfit(f"{WAYS}; nothing was deleted")
    what = (
        f"account {account}"
        if account is not None
        else f"conversation {wanted[0]}"
        if len(wanted) == 1
        else f"{len(wanted)} conversations"
    )
    with opened(context) as (house, out):
        if undo:
            _undo(house, out, wanted, account)
            return
        if not yes and not out.json:
            grace = retention(house).grace
            agreed(f"delete {what}? {f'it can be taken back for {grace} days' if grace else 'it cannot be undone'}")
        if account is not None:
            fresh, by = deletion.delete(house, account=people.account_of(house, account))
            out.data({"deleted": what, "new": fresh, "unreadable_by": by})
            out.say(_said(what, fresh, by))
            return
        done = deletion.delete_all(house, wanted)
        out.data(done)
        for one in done:
            out.say(_said(f"conversation {one.conversation}", one.new, one.unreadable_by))


def _said(what: str, new: bool, by: datetime | None) -> str:
    when = (
        f"its key is destroyed by {day(by)} and dead in backups after the `sayso epoch turn` that follows"
        if by
        else "kept under a legal hold, unused, until it ends"
    )
    return f"{what}: {'deleted' if new else 'was deleted already'}; out of sight now, {when}"


def _undo(house: House, out: Out, wanted: list[str], account: str | None) -> None:
    if len(wanted) > 1:
        raise Unfit("a deletion is taken back one by one; name one conversation, or --account NAME")
    who = people.account_of(house, account) if account is not None else None
    which = rule.known(house, wanted[0]) if wanted else None
    done = undoing.undo(house, conversation=which, account=who)
    out.data(done)
    if not done.undone:
        out.say("it is not deleted; there is nothing to take back")
        return
    left = f"; {done.stay} stay deleted, since their day is past or they were deleted by themselves" if done.stay else ""
    out.say(f"taken back: {done.shown} conversations are shown again{left}; releases that left them out leave them out for good")


def _lines(file: TextIO) -> list[str]:
    """Return the ids in *file*, one a line; empty lines and those that begin with # say nothing."""
    try:
        found = [line.strip() for line in file]
    except UnicodeDecodeError:
        raise Unfit("the file of conversations is no plain text; write one id per line, nothing was deleted") from None
    return [line for line in found if line and not line.startswith("#")]
