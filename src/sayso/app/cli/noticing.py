"""`sayso notice`: the versions of what people are asked, and what happens when one is found unfair."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from sayso.app.cli.common import agreed
from sayso.app.cli.context import opened
from sayso.app.cli.show import Out, day
from sayso.app.house import House
from sayso.app.jobs import notices
from sayso.app.jobs.logs import put
from sayso.app.jobs.notices import Invalidated, Version
from sayso.app.terms import operator
from sayso.app.whatif.figures import count
from sayso.facts.errors import SaysoError, Unfit
from sayso.facts.instants import iso
from sayso.notices import Notice
from sayso.proofs import tlog_proof


@click.group(epilog="Example:  sayso notice list")
def notice() -> None:
    """What people are asked, word for word: list the versions, read one, publish other words, call one unfair."""


@notice.command("list", epilog="Example:  sayso notice list")
@click.pass_context
def list_(context: click.Context) -> None:
    """List every version that was shown or answered on, with its answers and whether it was found unfair."""
    with opened(context, write=False) as (house, out):
        found = notices.versions(house)
        out.data(found)
        out.table(
            "", ["notice", "name", "version", "languages", "since", "yes", "no", "unfair since"], [_row(one) for one in found]
        )
        if not found:
            out.say("nothing was published yet; the pages publish what they show")


def _row(one: Version) -> list[object]:
    since, unfair = day(one.published, none=""), day(one.invalid, none="")
    return [one.digest[:12], one.name, one.version, ", ".join(one.languages), since, one.allowed, one.refused, unfair]


@notice.command(epilog="Example:  sayso notice show training-choice@3 --lang de")
@click.argument("name")
@click.option("--lang", default="en", show_default=True, help="The language to show it in.")
@click.option(
    "--proof", type=click.Path(path_type=Path, dir_okay=False), help="Write the proof of the line that found it unfair to a file."
)
@click.pass_context
def show(context: click.Context, name: str, lang: str, proof: Path | None) -> None:
    """Show a version as people saw it: every word, every control and the state it starts in, the digest over all of it."""
    with opened(context, write=False) as (house, out):
        version = notices.find(house, name)
        found = _words(house, version, out)
        if proof is not None:
            _prove(house, version, proof)
        out.data({"version": version, "notice": None if found is None else msgspec.to_builtins(found)})
        out.say(f"notice {version.digest}")
        out.say(f"{version.name or 'a name nobody told'}, version {version.version or 'unknown'}")
        out.say(f"drawn by {version.screen or 'nothing named'}")
        for line in () if found is None else _text(found, lang):
            out.say(line)
        out.say(f"answered yes {version.allowed} times, no {version.refused} times")
        if version.invalid is not None:
            out.say(f"found unfair {iso(version.invalid)}, line {version.line}: {version.why}")
        if proof is not None:
            out.say(f"proof of that line in {proof.name}; `sayso verify RECEIPT --newer {proof.name}` judges a receipt by it")


def _words(house: House, version: Version, out: Out) -> Notice | None:
    try:
        return notices.words(house, version)
    except SaysoError as problem:
        out.warn(str(problem))
        return None


def _text(found: Notice, lang: str) -> list[str]:
    words = found.words(lang)
    lines = ["", words.title, *(f"  {fact.caption}: {fact.text}" for fact in words.facts)]
    lines += [f"  [{words.labels[one.answer]}]  {one.answer}, a {one.kind}, starts {one.default}" for one in found.controls]
    lines += [f"  {words.until}"] if words.until else []
    return [*lines, *(f"  - {line}" for line in words.more), ""]


def _prove(house: House, version: Version, out: Path) -> None:
    if version.line is None:
        raise Unfit(f"notice `{version.digest[:12]}` was not found unfair; there is no line to prove")
    with house.reading() as conn:
        told = house.ledger.prove(conn, version.line)["evidence"]
    if isinstance(told, dict):
        _put(out, tlog_proof(told).encode())


@notice.command(epilog="Example:  sayso notice publish our-words.toml")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def publish(context: click.Context, path: Path) -> None:
    """Publish your own wording of a question; the pages ask with the newest version that was not found unfair."""
    with opened(context) as (house, out):
        made, digest = notices.publish(house, path, operator())
        out.data({"notice": digest, "name": made.name, "version": made.version, "languages": made.languages})
        out.say(f"notice {made.name} version {made.version} is published as {digest}")


@notice.command(epilog="Example:  sayso notice invalidate training-choice@3 --why 'the no was hard to find' --preview")
@click.argument("name")
@click.option("--why", required=True, help="Why it was unfair, in one line: everybody who checks a receipt reads it. No names.")
@click.option("--by", default="", help="Who found so, such as an office or a court.")
@click.option("--preview", "look", is_flag=True, help="Say what would follow, and change nothing.")
@click.option("--yes", is_flag=True, help="Do it without asking: it cannot be taken back.")
@click.pass_context
def invalidate(context: click.Context, name: str, why: str, by: str, look: bool, yes: bool) -> None:
    """Call a notice unfair: every yes given on it counts as never given, releases let go of it, people are asked anew."""
    with opened(context, write=not look) as (house, out):
        told = notices.preview(house, name)
        if look:
            out.data(told)
            out.say(_said(told, "would change"))
            return
        if not yes:
            if out.json:
                raise Unfit("it cannot be taken back; say --yes, or look first with --preview")
            agreed(f"{_said(told, 'will change')}. It cannot be taken back. Go on?", err=True)
        done = notices.invalidate(house, told.digest, why, by=by)
        out.data(done)
        out.say(f"{_said(done, 'changed')}; recorded as line {done.line}")


def _said(told: Invalidated, verb: str) -> str:
    return (
        f"notice {told.name or told.digest[:12]}: {count(told.yeses, 'yes', 'yeses')} on it; that {verb} the answer of "
        f"{count(told.people, 'person', 'people')} and withdraws {count(told.rows, 'row')} from releases; "
        f"{told.due} due for deletion; {count(told.nos, 'no', 'noes')} on it stand"
    )


def _put(out: Path, raw: bytes) -> None:
    try:
        put(out, raw)
    except OSError as problem:
        raise Unfit(f"`{out.name}` cannot be written: {(problem.strerror or 'no reason given').lower()}") from None
