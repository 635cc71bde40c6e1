"""The command line: each command is one journey and says what it did; it ends with 0 done, 1 no or found, 2 wrong use."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

import click
from click.exceptions import NoArgsIsHelpError

from sayso import __version__
from sayso.app.cli import (
    asking,
    auditing,
    choices,
    data,
    ending,
    epochs,
    exporting,
    granting,
    holding,
    hosts,
    logs,
    moving,
    noticing,
    policies,
    proving,
    releases,
    reviewing,
    setup,
    stating,
)
from sayso.app.cli.common import with_common_options
from sayso.app.cli.show import Out
from sayso.app.quiet import keep_to_our_line
from sayso.app.settings import Settings
from sayso.app.shelf import reason
from sayso.facts.errors import SaysoError, Unfit


class _Enough(Exception):
    """Whoever reads what is printed has enough, as `head` has."""


class _Sayso(click.Group):
    """The commands; that nobody reads on is no error of ours, and click would make it one."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise _Enough from None


@click.group(cls=_Sayso, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--data", metavar="DIR", help="The data folder; default SAYSO_HOME, else ./sayso-data.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
@click.version_option(__version__, prog_name="sayso")
@click.pass_context
def cli(context: click.Context, data: str | None, as_json: bool) -> None:
    """Conversations, used only on the person's say-so, kept only while there is a reason.

    \b
    Example:
      sayso demo                                  play the bundled story and serve its pages
      sayso init && sayso import chats.zip --account ana --tier pro --region US
      sayso choose ana allow --stored && sayso build r1
    """  # \b keeps click from wrapping the example
    context.obj = (Settings.read(data), Out(as_json))


for command in (
    setup.init, setup.demo, setup.upgrade, setup.serve, data.import_, choices.choose, stating.region, choices.receipt,
    noticing.notice, choices.decide, policies.policy, holding.hold,
    ending.keeping, ending.sweep, ending.delete, exporting.export, epochs.epoch, moving.move,
    data.scrub, releases.build, releases.recall, reviewing.review, setup.restore, data.verify, proving.prove, logs.log,
    auditing.audit, asking.request, granting.officer, granting.key, hosts.host,
):  # fmt: skip
    cli.add_command(with_common_options(command))


def main(argv: list[str] | None = None) -> None:
    """Run one command and leave with its exit code; what goes wrong is one line on standard error."""
    keep_to_our_line()
    if sys.stdout is None:  # closed by whoever started us: what is said goes nowhere, what is done is done
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # it stays open as long as we run
    try:
        code = cli.main(args=argv, prog_name="sayso", standalone_mode=False)
    except SaysoError as problem:
        click.echo(f"sayso: {problem}", err=True)
        code = 2 if isinstance(problem, Unfit) else 1
    except NoArgsIsHelpError as shown:
        click.echo(shown.format_message(), err=True)  # a group without a command: its help, as it stands
        code = 2
    except click.ClickException as problem:
        click.echo(f"sayso: {_one_line(problem)}", err=True)
        code = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("sayso: stopped; what was acknowledged is kept", err=True)
        code = 130
    except (_Enough, BrokenPipeError):
        code = 0
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as problem:
        click.echo(f"sayso: the disk or a file refuses ({reason(problem)}); what was acknowledged is kept", err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _one_line(problem: click.ClickException) -> str:
    text = " ".join(problem.format_message().split()).rstrip(".")
    hint = f"; see `{problem.ctx.command_path} --help`" if isinstance(problem, click.UsageError) and problem.ctx else ""
    return text[:1].lower() + text[1:] + hint
