"""`sayso sweep` and `sayso delete`: the end of conversations, by reason or by wish."""

from __future__ import annotations

import click

from sayso.app.cli.context import opened
from sayso.app.cli.show import day
from sayso.app.jobs import epochs, people, rule
from sayso.app.jobs.sweep import delete as delete_now
from sayso.app.jobs.sweep import sweep as sweep_now
from sayso.facts.errors import Unfit


@click.command(epilog="Example:  sayso sweep --preview")
@click.option("--preview", is_flag=True, help="Only say what is due; destroy nothing.")
@click.pass_context
def sweep(context: click.Context, preview: bool) -> None:
    """Shred every conversation that no reason keeps any more; it can be stopped and started again at any point."""
    with opened(context, write=not preview) as (house, out):
        with out.progress("sweeping") as step:
            result = sweep_now(house, preview=preview, progress=step)
        out.data(result)
        if preview:
            out.table("due", ["conversation", "the reason that ended last"], result.preview)
            out.say(f"{result.due} conversations are due; nothing was destroyed")
            return
        for why, count in sorted(result.why.items()):
            out.say(f"  {count} shredded: {why}")
        out.say(
            f"{result.due} due, {result.shredded} shredded, {result.kept} kept by a hold; "
            f"{result.forgotten} deleted accounts forgotten, {result.freed:,} dead bytes removed, "
            f"{result.emptied} withdrawn rows emptied in releases"
        )
        waits = epochs.waiting(house)
        if waits.conversations + waits.accounts:
            out.say(
                f"{waits.conversations} conversations and {waits.accounts} accounts, shredded since the last turn began, "
                "are unreadable here, and in every backup after the next `sayso epoch turn`"
            )


@click.command(epilog="Example:  sayso delete --account nia --yes")
@click.argument("conversation", required=False)
@click.option("--account", help="Delete a whole account with all its conversations.")
@click.option("--yes", is_flag=True, help="Do not ask; needed in scripts.")
@click.pass_context
def delete(context: click.Context, conversation: str | None, account: str | None, yes: bool) -> None:
    """Delete one conversation or one account: out of sight at once, unreadable by the day it says."""
    if (conversation is None) == (account is None):
        raise Unfit("name one conversation, or --account NAME; not both, not neither")
    with opened(context) as (house, out):
        who = people.account_of(house, account) if account is not None else None
        which = rule.known(house, conversation) if conversation is not None else None
        what = f"account {account}" if account is not None else f"conversation {conversation}"
        if not yes and not out.json:
            click.confirm(f"delete {what}? it cannot be undone", abort=True)
        fresh, by = delete_now(house, conversation=which, account=who)
        out.data({"deleted": what, "new": fresh, "unreadable_by": by})
        when = (
            f"its key is destroyed by {day(by)} and dead in backups after the `sayso epoch turn` that follows"
            if by
            else "kept under a legal hold, unused, until it ends"
        )
        out.say(f"{what}: {'deleted' if fresh else 'was deleted already'}; out of sight now, {when}")
