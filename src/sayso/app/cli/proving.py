"""`sayso prove`: a file that shows a stranger one thing about one person, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click
import msgspec

from sayso.app.cli.context import opened
from sayso.app.jobs import believing, certifying, proving
from sayso.app.jobs.logs import put
from sayso.facts.errors import Unfit

OUT = click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where to write the proof.")
ACCOUNT = click.option("--account", required=True, help="Whose conversations.")
ONE = click.option("--conversation", help="Only this conversation.")
EACH = click.option(
    "--each", is_flag=True, help="Conversation by conversation, for all of the account's, instead of for the account."
)


@click.group(epilog="Example:  sayso prove choice 77 --out choice.tlog-proof")
def prove() -> None:
    """Write proofs that `sayso verify` checks with nothing but the log's public key.

    A proof shows what the operator wrote down and declared, and that it cannot be taken back unseen. It does not show what was done
    besides, nor what a model was trained on. Where a proof holds a person's secret, it is for that person alone.
    """


@prove.command(epilog="Example:  sayso prove choice 77 --out choice.tlog-proof")
@click.argument("line", type=click.IntRange(min=1))
@OUT
@click.pass_context
def choice(context: click.Context, line: int, out: Path) -> None:
    """Prove that the log holds one answer, as a C2SP tlog-proof that other people's tools read too.

    It does not prove that no later answer replaced it, nor who the person is.
    """
    with opened(context, write=False) as (house, answer):
        _write(out, proving.choice(house, line).encode())
        answer.data({"file": str(out), "line": line})
        answer.say(f"proof of line {line} in {out.name}; check it with `sayso verify {out.name}`")


@prove.command(epilog="Example:  sayso prove presence autumn-2026 --account lu --out lu.json")
@click.argument("release")
@ACCOUNT
@ONE
@EACH
@OUT
@click.pass_context
def presence(context: click.Context, release: str, account: str, conversation: str | None, each: bool, out: Path) -> None:
    """Prove that a release declares something of an account, or with --each what; exit 1 when it declares nothing of it.

    It does not prove that a model was trained on it.
    """
    _standing(context, "presence", release, account, conversation, each, out)


@prove.command(epilog="Example:  sayso prove absence spring-2026 --account nia --out nia.json")
@click.argument("release")
@ACCOUNT
@ONE
@EACH
@OUT
@click.pass_context
def absence(context: click.Context, release: str, account: str, conversation: str | None, each: bool, out: Path) -> None:
    """Prove that nothing of an account is in a release, whatever conversations it has; exit 1 when something is.

    Absent is what the release does not declare; that nothing undeclared was used, no proof shows.
    """
    _standing(context, "absence", release, account, conversation, each, out)


@prove.command(epilog="Example:  sayso prove belief lu --out belief.json")
@click.argument("account")
@OUT
@click.pass_context
def belief(context: click.Context, account: str, out: Path) -> None:
    """Prove what an account is believed to have answered, as of when, so that its person can compare it with their receipt.

    It does not prove that training went by it; an audit compares releases with the answers.
    """
    with opened(context, write=False) as (house, answer):
        made: Any = believing.of_account(house, account)
        _write(out, msgspec.json.format(msgspec.json.encode(made), indent=1))
        says = (made["believed"] or {"says": {}})["says"]
        answer.data({"file": str(out), "believed": says})
        told = ", ".join(f"{one['say']} for {purpose}" for purpose, one in sorted(says.items())) or "no answer"
        answer.say(
            f"believed of {account}: {told}; proof in {out.name}, which holds their secret: it is for them alone",
            f"they compare it with `sayso verify {out.name} --receipt receipt.json`",
        )


@prove.command(epilog="Example:  sayso prove deletion nia --out nia.certificate.json --page nia.html")
@click.argument("what")
@OUT
@click.option("--page", type=click.Path(path_type=Path, dir_okay=False), help="Write it as a page for people, too.")
@click.option("--language", default="en", show_default=True, help="The language of that page.")
@click.pass_context
def deletion(context: click.Context, what: str, out: Path, page: Path | None, language: str) -> None:
    """Certify what became of a deleted conversation or account (its name, or its pseudonym once it is forgotten)."""
    with opened(context, write=False) as (house, answer):
        made = certifying.certify(house, what)
        _write(out, msgspec.json.format(msgspec.json.encode(made), indent=1))
        if page is not None:
            from sayso.app.pages.certificate import certificate_page  # noqa: PLC0415  # templates are an extra

            _write(page, certificate_page(made, language, key=house.keys.signing.vkey()).encode())
        of: Any = made["of"]
        answer.data({"file": str(out), "of": of, "state": made["state"], "waits_for": made["waits_for"]})
        answer.say(
            f"certificate of {of['kind']} {of['id']}, {made['state']}, in {out.name}; check it with `sayso verify {out.name}`"
        )


def _standing(
    context: click.Context,
    said: Literal["presence", "absence"],
    release: str,
    account: str,
    conversation: str | None,
    each: bool,
    out: Path,
) -> None:
    if each and conversation is not None:
        raise Unfit("--each is for all conversations, --conversation for one; leave one of them out")
    with opened(context, write=False) as (house, answer):
        if each or conversation is not None:
            shown = proving.standing_of(house, release, account, conversation, said)
        else:
            shown = proving.anything_of(house, release, account, said)
        _write(out, msgspec.json.format(msgspec.json.encode(shown.proof), indent=1))
        answer.data({"file": str(out), "release": release, "shows": said, "conversations": shown.conversations})
        what = (
            f"{len(shown.conversations)} conversations of {account}" if each or conversation else f"the whole account of {account}"
        )
        answer.say(f"proof of {said} of {what} in {out.name}; it holds their secret: it is for them alone")


def _write(out: Path, raw: bytes) -> None:
    try:
        put(out, raw)
    except OSError as problem:
        raise Unfit(f"`{out.name}` cannot be written: {(problem.strerror or 'no reason given').lower()}") from None
