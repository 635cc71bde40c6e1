"""`sayso review`: what may still identify somebody in a release, and what officers marked while they looked at samples."""

from __future__ import annotations

import os
from pathlib import Path

import click
import msgspec

from sayso.app.cli.context import opened
from sayso.app.jobs import recall as recall_job
from sayso.app.jobs import reviewing
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
        under = [[k, one.groups, one.conversations] for k, one in sorted(told.labels.under.items(), key=lambda one: int(one[0]))]
        out.table("labels that few share", ["fewer than", "combinations", "conversations"], under)
        rare = [[one.size, one.distinct, one.alone] for one in (told.words, told.phrases)]
        out.table("words, and runs of words", ["words", "different", "in one account only"], rare)
        out.say(f"{sum(told.left_out.values())} left out for standing out; {told.over} over the setting all the same")
        out.say(f"in {folder / 'identifying.html'}")


@review.command("export", epilog="Example:  sayso review export cases.jsonl")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--release", help="Only what was remarked on this release.")
@click.option("--with-text", is_flag=True, help="Write the texts too, as people wrote them; asks for --by and --why.")
@click.option("--by", default="operator", show_default=True, help="Who has it; recorded.")
@click.option("--why", default="", help="Why; recorded, and asked for with --with-text.")
@click.pass_context
def export(context: click.Context, file: Path, release: str | None, with_text: bool, by: str, why: str) -> None:
    """Write what officers remarked as cases for scrubbing, one JSON object a line: places, kinds and hashes, no words.

    Nothing is written of conversations that were deleted or may not be used any more. The file is its owner's alone.
    """
    if with_text and (by == "operator" or not why.strip()):
        raise Unfit("texts leave the vault only for somebody and for a reason; give --by and --why, both are recorded")
    if file.exists():
        raise Unfit(f"`{file.name}` is there already; name a new file")
    with opened(context) as (house, out):
        if release is not None:
            recall_job.find(house, release)
        count = 0
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
                for case in reviewing.exported(house, by, why, release, with_text=with_text):
                    written.write(msgspec.json.encode(case) + b"\n")
                    count += 1
        except OSError as problem:
            raise Unfit(f"`{file.name}` cannot be written: {(problem.strerror or 'no reason given').lower()}") from None
        out.data({"file": str(file), "remarks": count, "with_text": with_text})
        out.say(f"{count} remarks in {file.name}, {'with the texts they are about' if with_text else 'without words'}")
