"""`sayso review`: what may still identify somebody in a release, and what officers marked while they looked at samples."""

from __future__ import annotations

import click

from sayso.app.cli.context import opened
from sayso.app.jobs import recall as recall_job
from sayso.facts.errors import Unfit
from sayso.release import identifying


@click.group(epilog="Example:  sayso review report spring-2026")
def review() -> None:
    """Look at what scrubbing left: the report on a release, and the marks officers set on their pages."""


@review.command("report", epilog="Example:  sayso review report spring-2026")
@click.argument("name")
@click.pass_context
def report(context: click.Context, name: str) -> None:
    """Print what may still identify somebody in a release, in numbers; `build` wrote the same as identifying.html into it."""
    with opened(context, write=False) as (house, out):
        folder = recall_job.folder_of(house, recall_job.find(house, name).release)
        told = identifying(folder)
        if told is None:
            raise Unfit(f"release `{name}` was built before there was a report; build another")
        out.data(told)
        out.say(f"release {name}: {told.conversations} conversations of {told.accounts} accounts")
        out.table("told of themselves", ["what", "conversations"], list(told.told.items()))
        together = [[count, one.conversations, one.groups] for count, one in told.together.items()]
        out.table("told together", ["kinds", "conversations", "as no second account does"], together)
        under = [[k, one.groups, one.conversations] for k, one in told.labels.under.items()]
        out.table("labels that few share", ["fewer than", "combinations", "conversations"], under)
        rare = [[one.size, one.distinct, one.alone] for one in (told.words, told.phrases)]
        out.table("words, and runs of words", ["words", "different", "in one account only"], rare)
        out.say(f"{sum(told.left_out.values())} left out for standing out; {told.over} over the setting all the same")
        out.say(f"in {folder / 'identifying.html'}")
