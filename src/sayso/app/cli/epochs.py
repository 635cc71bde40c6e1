"""`sayso epoch`: turning master keys over, so that what was shredded is dead in every backup."""

from __future__ import annotations

import click

from sayso.app import keyring
from sayso.app.cli.context import given, opened
from sayso.app.cli.show import day
from sayso.app.jobs import epochs


@click.group(epilog="Example:  sayso epoch list")
def epoch() -> None:
    """Turn master keys over: only then is what was shredded unreadable in backups made before."""


@epoch.command(epilog="Example:  sayso epoch turn")
@click.option("--everybody", is_flag=True, help="Give every account a new key, not only those that lost something.")
@click.option("--if-needed", is_flag=True, help="Do nothing where nothing was shredded since the last turn.")
@click.option("--master", metavar="pkcs11:...", help="From now on have master keys sealed by this token, not in files.")
@click.pass_context
def turn(context: click.Context, everybody: bool, if_needed: bool, master: str | None) -> None:
    """Put everything that lives under a new master key and destroy the old one; it can be stopped and started again."""
    if master is not None:
        settings, show = given(context)
        context.obj = (keyring.adopt(settings, master), show)
    with opened(context) as (house, out):
        waiting = epochs.waiting(house)
        if if_needed and not everybody and master is None and not waiting.conversations + waiting.accounts:
            out.data(None)
            out.say("nothing was shredded since the last turn; the epoch goes on")
            return
        with out.progress("turning") as step:
            done = epochs.turn(house, everybody=everybody, progress=step)
        out.data(done)
        out.say(
            f"epoch {done.epoch} has begun and epoch {done.previous} is over{', where it was stopped' if done.resumed else ''}: "
            f"{done.accounts} accounts rewrapped, {done.rekeyed} of them with a new key"
        )
        if done.destroyed:
            out.say(
                f"the master key of epoch {done.previous} is destroyed: "
                "a backup of the data made before this turn opens nothing any more"
            )
        else:
            out.warn(
                f"the master key of epoch {done.previous} came from the environment: destroy it in your secret store and unset "
                "SAYSO_MASTER_KEY_OLD; until then backups still open what was shredded"
            )
        out.say("back up the data anew, and the new master key apart from it")


@epoch.command("list", epilog="Example:  sayso epoch list")
@click.pass_context
def list_(context: click.Context) -> None:
    """List the epochs, when each ended, and what still waits for the next turn."""
    with opened(context, write=False) as (house, out):
        found, waiting = epochs.listed(house), epochs.waiting(house)
        out.data({"epochs": found, "waiting": waiting})
        rows = [[one.epoch, day(one.began, none="at the beginning"), _end(one), one.accounts] for one in found]
        out.table("", ["epoch", "began", "master key", "accounts under it"], rows)
        out.say(
            f"{waiting.conversations} conversations and {waiting.accounts} accounts were shredded since the last turn began: "
            "older backups still open them until the next turn is over"
            if waiting.conversations + waiting.accounts
            else "nothing was shredded since the last turn began; older backups open nothing of it where no old master key is left"
        )


def _end(seen: epochs.EpochSeen) -> str:
    if seen.current:
        return "in use"
    if seen.ended is None:
        return "in use until the turn is over"
    return f"destroyed {day(seen.ended)}" if seen.destroyed else f"over {day(seen.ended)}, for the operator to destroy"
