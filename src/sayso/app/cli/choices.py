"""`sayso choose` and `sayso decide`: what a person says, and what follows from it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Literal, cast

import click
import msgspec

from sayso.app import receipts
from sayso.app.cli.context import opened
from sayso.app.cli.show import Out, day
from sayso.app.house import House
from sayso.app.jobs import people, promising, rule
from sayso.app.jobs.logs import put
from sayso.app.jobs.rule import Then
from sayso.app.views import Where
from sayso.app.whatif.figures import count
from sayso.facts.errors import Broken, Unfit
from sayso.facts.instants import iso, parse_instant
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import ConversationId
from sayso.policy import Policy, explain, turning

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog="Example:  sayso choose ana allow --purpose model_training")
@click.argument("account")
@click.argument("say", type=click.Choice(["allow", "refuse"]))
@click.option("--purpose", default="model_training", show_default=True, help="What the conversations would be used for.")
@click.option("--stored", is_flag=True, help="Let the answer also cover what is stored already, imported conversations included.")
@click.option("--receipt", "receipt_to", type=FILE, help="Write the receipt of this answer to a file.")
@click.option("--promise", "promise_to", type=FILE, help="Write a signed promise that the published log will hold it.")
@click.pass_context
def choose(
    context: click.Context,
    account: str,
    say: str,
    purpose: str,
    stored: bool,
    receipt_to: Path | None,
    promise_to: Path | None,
) -> None:
    """Record one account's answer for one purpose; the latest answer counts, none is overwritten."""
    with opened(context) as (house, out):
        who = people.account_of(house, account)
        entry = people.choose(
            house,
            who,
            purpose,
            cast(Literal["allow", "refuse"], say),
            via="administrator",
            covers="stored" if stored else "from_now",
            where=Where(path="sayso choose"),
        )
        if receipt_to is not None:
            _hand_out(
                receipt_to,
                people.receipt_of(house, who, entry.seq),
                2,
                f"line {entry.seq} is recorded; `sayso receipt` writes it anew",
            )
        if promise_to is not None:
            _hand_out(promise_to, promising.promised(house, who, entry.seq), 1, f"line {entry.seq} is recorded all the same")
        out.data({"line": entry.seq, "at": iso(entry.recorded), "account": who, "purpose": purpose, "say": say, "stored": stored})
        reach = "new turns and what is stored already" if stored and say == "allow" else "turns from now on"
        if say == "refuse":
            reach = "everything not yet used"
        out.say(f"{account} says {say} for {purpose}: recorded as line {entry.seq}, it covers {reach}")


def _hand_out(path: Path, told: object, indent: int, recorded: str) -> None:
    """Write what the person keeps; where that cannot be, *recorded* says that the answer counts all the same."""
    try:
        put(path, msgspec.json.format(msgspec.json.encode(told), indent=indent))
    except OSError as problem:
        raise Broken(f"`{path.name}` cannot be written: {(problem.strerror or 'no reason given').lower()}; {recorded}") from None


@click.command(epilog="Example:  sayso receipt ana --form html --language de -o receipt.html")
@click.argument("account")
@click.option("--line", type=click.IntRange(min=1), help="The line of the answer; default: the newest answer.")
@click.option(
    "--form",
    "kind",
    type=click.Choice(list(receipts.FORMS)),
    default="jsonld",
    show_default=True,
    help="The receipt (jsonld), its record, a Kantara receipt, or a page to read and print (html).",
)
@click.option("--language", default="en", show_default=True, help="The language of the page.")
@click.option("-o", "--out", "to", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where to write it.")
@click.pass_context
def receipt(context: click.Context, account: str, line: int | None, kind: str, language: str, to: Path) -> None:
    """Write the receipt of an answer, which shows strangers what was answered; after ISO/IEC TS 27560 and W3C DPV."""
    with opened(context, write=False) as (house, out):
        who = people.account_of(house, account)
        given = people.choices(house, who)
        if not given:
            raise Unfit(f"`{account}` has not answered; there is nothing to give a receipt of")
        seq = given[0].seq if line is None else line
        raw = receipts.written(people.receipt_of(house, who, seq), kind, language, house.keys.signing)
        try:
            put(to, raw)
        except OSError as problem:
            raise Unfit(f"`{to.name}` cannot be written: {(problem.strerror or 'no reason given').lower()}") from None
        out.data({"file": str(to), "line": seq, "form": kind})
        out.say(f"receipt of line {seq} in {to.name}; check it with `sayso verify {to.name}`; it holds their secret")


@click.command(epilog="Example:  sayso decide --account ana --explain")
@click.argument("conversation", required=False)
@click.option("--account", help="Rule on all conversations of one account.")
@click.option("--purpose", help="Answer for one purpose; exit 1 unless it is allowed.")
@click.option("--at", "at", metavar="INSTANT", help="Rule as things stood at a past instant, such as 2025-10-08.")
@click.option(
    "--explain",
    "explained",
    is_flag=True,
    help="Name the rows that decided, the facts that mattered, and the least that would turn it.",
)
@click.pass_context
def decide(
    context: click.Context, conversation: str | None, account: str | None, purpose: str | None, at: str | None, explained: bool
) -> None:
    """Say what the policy in force allows for a conversation, until when it is kept, and why."""
    instant = parse_instant(at, what="--at") if at is not None else None
    with opened(context, write=False) as (house, out):
        then = rule.then(house, instant)
        policy = then.policy
        if purpose is not None and purpose not in policy.purposes:
            raise Unfit(f"policy `{policy.name}` knows no purpose `{purpose[:60]}`; it rules on {', '.join(policy.purposes)}")
        wanted, later = _wanted(house, then, conversation, account)
        answers = [then.ruling(one) for one in wanted]
        if explained and out.json:
            out.data([_explained(policy, standing, ruled) for standing, ruled in answers])
        else:
            out.data([ruled for _, ruled in answers])
        if conversation or explained:
            for standing, ruled in answers:
                turned = [turning.explained(policy, standing, ruled, one) for one in policy.purposes if explained]
                out.say(*explain(policy, standing, ruled), *(line for lines in turned for line in lines), "")
        else:
            _table(out, [ruled for _, ruled in answers], policy.purposes)
        if later:
            out.warn(f"{count(later, 'conversation')} had not begun by then; left out")
    if purpose is not None and not all(ruled.may(purpose) for _, ruled in answers):
        context.exit(1)


def _explained(policy: Policy, standing: Standing, ruled: Ruling) -> dict[str, object]:
    """Return a ruling with its sentences, the facts that mattered and what would turn it, for programs."""
    return {
        "ruling": ruled,
        "explained": explain(policy, standing, ruled),
        "mattered": {one: turning.mattered(policy, standing, ruled, one) for one in policy.purposes},
        "least_change": {one: asdict(turning.turn(policy, standing, ruled, one)) for one in policy.purposes},
    }


def _wanted(house: House, then: Then, conversation: str | None, account: str | None) -> tuple[list[ConversationId], int]:
    """Return the conversations to rule on, and how many others of today had not begun by then."""
    if conversation is not None:
        return [rule.known(house, conversation)], 0
    whose = people.account_of(house, account) if account is not None else None
    pasts = (then.past, house.present())
    begun, today = (past.of_account(whose) if whose else list(past.conversations()) for past in pasts)
    later = sum(one not in then.past for one in today)
    return [one for one in begun if one not in then.past.shredded], later


def _table(out: Out, answers: list[Ruling], purposes: tuple[str, ...]) -> None:
    rows = [
        [
            ruled.conversation,
            *(ruled.use[purpose].use for purpose in purposes),
            day(ruled.keep_until),
            ", ".join(dict.fromkeys(reason.name for reason in ruled.reasons if reason.of == "conversation")),
        ]
        for ruled in answers
    ]
    out.table("", ["conversation", *purposes, "kept until", "because of"], rows)
    out.say(f"{len(answers)} conversations; `sayso decide CONVERSATION` names the rows that decided")
