"""`sayso policy`: read, check, test and change policies."""

from __future__ import annotations

from pathlib import Path

import click
from msgspec import to_builtins

from sayso import policy as policy_bench
from sayso.app import profiles
from sayso.app.cli import approving, whatif
from sayso.app.cli.context import given, opened
from sayso.app.jobs.effect import Effect
from sayso.app.jobs.enforce import preview, put_in_force, why_not
from sayso.app.settings import DEFAULT_POLICY
from sayso.app.whatif.figures import count
from sayso.facts.errors import Refused, Unfit
from sayso.facts.instants import iso, parse_instant
from sayso.policy.cases import read, run
from sayso.policy.checking import Checked
from sayso.policy.checking import check as policy_check
from sayso.policy.problems import Problem
from sayso.policy.wording import listed


@click.group(epilog="Example:  sayso policy list")
def policy() -> None:
    """The tables that decide: list them, read them, check your own, run cases against them, put one into force."""


@policy.command("list", epilog="Example:  sayso policy list")
@click.pass_context
def list_(context: click.Context) -> None:
    """List the shipped policies with their dated versions."""
    _, out = given(context)
    loaded = [policy_bench.load(name) for name in policy_bench.shipped()]
    out.data([{"name": one.name, "digest": one.digest, "purposes": one.purposes} for one in loaded])
    rows = [[one.name, ", ".join(iso(version.since)[:10] for version in one.versions), ", ".join(one.purposes)] for one in loaded]
    out.table("", ["policy", "versions from", "rules on"], rows)


@policy.command(epilog="Example:  sayso policy show protective --lang de")
@click.argument("name", default=DEFAULT_POLICY)
@click.option("--lang", default="en", show_default=True, help="The language of the table: en or de.")
@click.option("--toml", is_flag=True, help="Print the rules themselves instead of the table for lawyers.")
@click.pass_context
def show(context: click.Context, name: str, lang: str, toml: bool) -> None:
    """Print a policy: the table lawyers read, each row of it a test, or the rules themselves; unnamed, that of a new folder."""
    _, out = given(context)
    if toml and lang != "en":
        raise Unfit("`--lang` goes with the table, and `--toml` prints the rules; leave one out")
    text = profiles.source(name) if toml else profiles.lawyers_table(name, lang)
    out.data({"name": name, "language": lang, "text": text})
    out.say(text)


@policy.command(epilog="Example:  sayso policy check my-policy.toml")
@click.argument("path")
@click.pass_context
def check(context: click.Context, path: str) -> None:
    """Check a policy file: every problem on a line of its own, with file, line and the mend.

    Exit 2 where the file does not load, 1 where it loads but says something in vain, 0 where there is nothing to mend.
    """
    _, out = given(context)
    checked = policy_check(path)
    out.say(*checked.lines)
    out.data(
        {
            "file": checked.file,
            "loads": checked.policy is not None,
            "name": checked.policy.name if checked.policy else None,
            "digest": checked.policy.digest if checked.policy else None,
            "versions": len(checked.policy.versions) if checked.policy else None,
            "problems": [_problem(one) for one in checked.problems],
            "doubts": [_problem(one) for one in checked.doubts],
        }
    )
    if checked.policy is None:
        raise Unfit(f"{checked.file} does not load: {_counted(checked)} to mend")
    rules = f"{checked.policy.name}: {len(checked.policy.versions)} versions, rules on {', '.join(checked.policy.purposes)}"
    out.say(f"{rules}; {'it loads, but see above' if checked.doubts else 'nothing to mend'}")
    if checked.doubts:
        context.exit(1)


def _counted(checked: Checked) -> str:
    return "one problem" if len(checked.problems) == 1 else f"{len(checked.problems)} problems"


def _problem(one: Problem) -> dict[str, object]:
    return {"line": one.line, "what": one.what, "mend": one.mend}


@policy.command("set", epilog="Example:  sayso policy set my-policy.toml")
@click.argument("path")
@click.option("--preview", "only_preview", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--notice-given", metavar="DAY", help="Since when people have had notice of it, where it loosens something.")
@click.pass_context
def set_(context: click.Context, path: str, only_preview: bool, notice_given: str | None) -> None:
    """Put a policy into force from now on: a shipped one by name, or a file.

    It is checked first. A policy that does not load is refused and the one in force stays. Every conversation is ruled anew;
    what is due then goes with the next sweep, which has a preview. What it no longer allows is withdrawn from releases at once.

    One that lets more be used or kept of anybody needs a notice to them first, and is refused until --notice-given says since
    when; the ledger keeps that. What a later version of the policy itself loosens begins with that version.
    """
    given_on = parse_instant(notice_given, what="--notice-given") if notice_given is not None else None
    with opened(context, write=not only_preview, keys=not only_preview) as (house, out):
        before = house.policy_in_force()
        checked = policy_check(path)
        if checked.policy is None:
            out.say(*checked.lines)
            out.data({"name": before.name, "digest": before.digest, "problems": [_problem(one) for one in checked.problems]})
            raise Unfit(f"{checked.file} does not load: {_counted(checked)} to mend; `{before.name}` stays in force")
        for line in checked.lines:
            out.warn(line)
        if checked.policy.digest == before.digest:
            out.data({"name": before.name, "digest": before.digest, "before": before.name, "ruled": 0, "due": 0, "withdrawn": 0})
            out.say(f"{before.name} is in force already; nothing was recorded")
            return
        told = preview(house, path)
        if only_preview:
            out.data({"preview": True, "needs_notice": told.needs_notice, "effect": told})
            out.say(*_effect(told), "nothing was changed")
            return
        if told.needs_notice and given_on is None:
            out.data({"name": before.name, "digest": before.digest, "needs_notice": True, "effect": told})
            out.say(*_effect(told))
            raise Refused(why_not(told))
        done = put_in_force(house, path, notice_given=given_on)
        out.data({"before": before.name, **to_builtins(done)})
        out.say(*_effect(done.effect))
        out.say(
            f"{done.name} is in force instead of {before.name}: {done.ruled} conversations ruled anew, "
            f"{done.due} due at the next sweep, {done.withdrawn} rows withdrawn from releases"
        )


def _effect(told: Effect) -> list[str]:
    """Return what a change of policy does, in sentences; the same before it and after."""
    lines = [f"{told.changed:,} of {count(told.conversations, 'conversation')} are ruled otherwise than under {told.before}"]
    for verb, uses in (("newly used", told.newly_used), ("no longer used", told.no_longer_used)):
        lines += [f"  {verb} for {purpose.replace('_', ' ')}: {number:,}" for purpose, number in uses.items()]
    counts = (
        ("kept longer", told.kept_longer),
        ("kept for less long", told.kept_shorter),
        ("newly due to be destroyed", told.newly_due),
    )
    lines += [f"  {words}: {number:,}" for words, number in counts if number]
    if told.people_to_tell:
        lines.append(f"{count(told.people_to_tell, 'person needs', 'people need')} a new notice before this is in force")
    if told.loosened:
        lines.append(f"for whoever writes next, more may be used or kept by {listed(told.loosened)}; `sayso policy diff` says how")
    if not told.needs_notice:
        lines.append("nobody needs a new notice")
    return lines


@policy.command(epilog="Example:  sayso policy test cases.json")
@click.argument("path", type=click.Path(path_type=Path))
@click.pass_context
def test(context: click.Context, path: Path) -> None:
    """Run the cases of a file; a line for each that fails, exit 1 when one does."""
    _, out = given(context)
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError:
        raise Unfit(f"no case file `{path.name}`; name a JSON list of cases (spec/policy-case.md)") from None
    except UnicodeDecodeError:
        raise Unfit(f"`{path.name}` is not UTF-8; write a list of cases as JSON (spec/policy-case.md)") from None
    outcomes = run(read(text, name=path.name))
    failed = [one for one in outcomes if not one.passed]
    out.data(
        [{"id": one.id, "passed": one.passed, "expected": one.expected, "got": one.got, "because": one.because} for one in outcomes]
    )
    for one in failed:
        out.say(one.line())
    out.say(f"{len(outcomes) - len(failed)} of {len(outcomes)} cases hold")
    if failed:
        context.exit(1)


policy.add_command(whatif.diff)
policy.add_command(whatif.simulate)
for command in (approving.propose, approving.approve, approving.decline, approving.proposals, approving.persons):
    policy.add_command(command)
