"""`sayso policy`: read, check and test policies."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sayso import policy as policy_bench
from sayso.app import profiles
from sayso.app.cli import whatif
from sayso.app.cli.context import given
from sayso.facts.errors import Unfit
from sayso.facts.instants import iso
from sayso.policy.cases import run


@click.group(epilog="Example:  sayso policy list")
def policy() -> None:
    """The tables that decide: list them, read them, check your own, run cases against them."""


@policy.command("list", epilog="Example:  sayso policy list")
@click.pass_context
def list_(context: click.Context) -> None:
    """List the shipped policies with their dated versions."""
    _, out = given(context)
    loaded = [policy_bench.load(name) for name in policy_bench.shipped()]
    out.data([{"name": one.name, "digest": one.digest, "purposes": one.purposes} for one in loaded])
    rows = [[one.name, ", ".join(iso(version.since)[:10] for version in one.versions), ", ".join(one.purposes)] for one in loaded]
    out.table("", ["policy", "versions from", "rules on"], rows)


@policy.command(epilog="Example:  sayso policy show anthropic-consumer")
@click.argument("name")
@click.option("--toml", is_flag=True, help="Print the rules themselves instead of the table for lawyers.")
@click.pass_context
def show(context: click.Context, name: str, toml: bool) -> None:
    """Print a policy: the table lawyers read, each row of it a test, or the rules themselves."""
    _, out = given(context)
    text = profiles.source(name) if toml else profiles.lawyers_table(name)
    out.data({"name": name, "text": text})
    out.say(text)


@policy.command(epilog="Example:  sayso policy check my-policy.toml")
@click.argument("path")
@click.pass_context
def check(context: click.Context, path: str) -> None:
    """Check a policy file; what is wrong is named with file, line and the mend."""
    _, out = given(context)
    loaded = policy_bench.load(path)
    out.data({"name": loaded.name, "digest": loaded.digest, "versions": len(loaded.versions)})
    out.say(f"{loaded.name}: {len(loaded.versions)} versions, rules on {', '.join(loaded.purposes)}; nothing to mend")


@policy.command(epilog="Example:  sayso policy test cases.json")
@click.argument("path", type=click.Path(path_type=Path))
@click.pass_context
def test(context: click.Context, path: Path) -> None:
    """Run the cases of a file; a line for each that fails, exit 1 when one does."""
    _, out = given(context)
    try:
        cases = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise Unfit(f"no case file `{path.name}`; name a JSON list of cases (spec/policy-case.md)") from None
    except ValueError:
        raise Unfit(f"`{path.name}` is not JSON; write a list of cases (spec/policy-case.md)") from None
    if not isinstance(cases, list):
        raise Unfit(f"`{path.name}` is not a list; write a list of cases (spec/policy-case.md)")
    outcomes = run(cases)
    failed = [one for one in outcomes if not one.passed]
    out.data(
        [{"id": one.id, "passed": one.passed, "expected": one.expected, "got": one.got, "because": one.because} for one in outcomes]
    )
    for one in failed:
        out.say(f"{one.id}: expected {one.expected}, got {one.got}; because {one.because}")
    out.say(f"{len(outcomes) - len(failed)} of {len(outcomes)} cases hold")
    if failed:
        context.exit(1)


policy.add_command(whatif.diff)
policy.add_command(whatif.simulate)
