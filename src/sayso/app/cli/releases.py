"""`sayso build` and `sayso recall`: training sets, and what was withdrawn from them."""

from __future__ import annotations

from collections.abc import Mapping

import click

from sayso.app.cli.context import opened
from sayso.app.jobs import build as build_job
from sayso.app.jobs import recall as recall_job
from sayso.release import Risk


@click.command(epilog="Example:  sayso build spring-2026 --purpose model_training")
@click.argument("name")
@click.option("--purpose", default="model_training", show_default=True, help="What the training set is for.")
@click.option("--keep-public-figures", is_flag=True, help="Leave the names of listed persons of public life and of stories.")
@click.option("--crowd", default=1, show_default=True, help="Leave out rows whose labels fewer accounts than this share.")
@click.option(
    "--told",
    default=3,
    show_default=True,
    help="From so many of age, place, employer and job on, others must tell the same; 0: never.",
)
@click.option(
    "--rare-words", default=100, show_default=True, help="Leave out rows with more per cent of words in no other account."
)
@click.option("--rare-phrases", default=100, show_default=True, help="The same of runs of three words.")
@click.pass_context
def build(
    context: click.Context,
    name: str,
    purpose: str,
    keep_public_figures: bool,
    crowd: int,
    told: int,
    rare_words: int,
    rare_phrases: int,
) -> None:
    """Build a training set from what is allowed, scrubbed; asked again, it is rebuilt and compared byte by byte.

    What stands out too much is left out and counted; identifying.html in the release says what may still identify somebody.
    """
    risk = Risk(crowd=crowd, told=told, rare_words=rare_words, rare_phrases=rare_phrases).checked()
    with opened(context) as (house, out):
        with out.progress("building") as step:
            built = build_job.build(house, name, purpose, keep_figures=keep_public_figures, risk=risk, progress=step)
        plan = built.manifest.plan
        out.data({"again": built.again, "digest": built.manifest.digest, "manifest": built.manifest})
        out.say(build_job.describe(built))
        if plan.left_out:
            out.table("left out", ["row of the policy, or risk", "conversations"], most(plan.left_out))
        if plan.scrub and plan.scrub.counts:
            out.table("masked", ["kind", "times"], most(plan.scrub.counts))
        out.say(f"in {recall_job.folder_of(house, name)}")


@click.command(epilog="Example:  sayso recall spring-2026")
@click.argument("name", required=False)
@click.pass_context
def recall(context: click.Context, name: str | None) -> None:
    """List what was withdrawn from a release since it was built, and mask it for every loader; exit 1 when there is any."""
    with opened(context) as (house, out):
        found = [recall_job.recall(house, name)] if name else recall_job.recall_all(house)
        out.data(found)
        for one in found:
            out.say(
                f"release {one.release}: {one.withdrawn} of {one.rows} rows withdrawn ({one.added} new, revision {one.revision})"
            )
            for blinded in one.ids:
                out.say(f"  {blinded}")
        if not found:
            out.say("no release was built yet")
    if any(one.withdrawn for one in found):
        context.exit(1)


def most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return *counts* with the largest first."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))
