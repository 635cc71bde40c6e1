"""`sayso import`, `sayso scrub` and `sayso verify`: what comes in, what is taken out, what can be checked."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import click
import msgspec

from sayso import intake, proofs
from sayso import policy as policy_bench
from sayso import scrub as scrub_bench
from sayso.app import spans as shown
from sayso.app.cli.common import PublicKey, Source, trusted_key
from sayso.app.cli.context import given, opened
from sayso.app.cli.lines import assert_another, by_lines
from sayso.app.cli.show import Out
from sayso.app.clock import SystemClock
from sayso.app.jobs.collect import Arrival, Tally, collect_all
from sayso.app.jobs.lines import Way
from sayso.app.jobs.logs import put, reader
from sayso.app.jobs.treating import treated_text
from sayso.app.jobs.whose import whose
from sayso.app.keyring import entropy
from sayso.app.mark import MARK, read_mark
from sayso.app.stranger import verify_page
from sayso.facts.errors import Unfit
from sayso.policy import Policy
from sayso.proofs import WitnessKey
from sayso.proofs.promise import Shown
from sayso.proofs.tiles import CHECKPOINT

MANIFEST = "manifest.json"
SHOWN = 20
"""How many left-out lines are printed; all are counted, and `--json` lists every one."""


@click.command("import", epilog="Example:  sayso import data-export.zip --account ana --tier pro --region US")
@click.argument("path", type=Source())
@click.option("--account", help="Whose conversations these are, where the export does not say.")
@click.option("--tier", default="unknown", help="The tier of accounts met for the first time: free, pro, max, team ...")
@click.option("--region", default="unknown", help="Their region, such as US or DE; an unknown tier or region is never used.")
@click.option(
    "--own-history", is_flag=True, help="Our own product's history: turns count at their own times, under the answers given then."
)
@click.pass_context
def import_(context: click.Context, path: Path, account: str | None, tier: str, region: str, own_history: bool) -> None:
    """Take conversations in from an export and seal them; what was imported starts as not allowed."""
    if not path.exists():
        raise Unfit(f"no file or folder `{path.name}`; name an export to import")
    if account is not None and not account.strip():
        raise Unfit("--account is empty; name the account, or leave it out where the export says whose it is")
    form = intake.sniff(path)
    with opened(context) as (house, out), out.progress(f"importing {form}") as step:
        arrival = Arrival(account=account, tier=tier, region=region, own=own_history)
        tally = collect_all(house, path.name, intake.read(path), arrival, step)
    _report(out, path.name, form, tally, own_history)


def _report(out: Out, name: str, form: str, tally: Tally, own: bool) -> None:
    out.data({"source": name, "format": form, **msgspec.structs.asdict(tally), "left": [left.line() for left in tally.left]})
    out.say(
        f"{name} ({form}): {tally.conversations} conversations, {tally.turns} turns, {tally.bytes:,} bytes sealed; "
        f"{tally.accounts} new accounts; {tally.unchanged} already here; {len(tally.left)} left out"
    )
    for left in tally.left[:SHOWN]:
        out.say(f"  left out: {left.line()}")
    if len(tally.left) > SHOWN:
        out.say(f"  ... and {len(tally.left) - SHOWN} more; `sayso --json import` lists all of them")
    if tally.conversations and not own:
        out.say("imported conversations start as not allowed; `sayso choose ACCOUNT allow --stored` is the say-so that covers them")


@click.command(epilog="Example:  sayso scrub notes.txt")
@click.argument("path", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--keep-public-figures", is_flag=True, help="Leave the names of listed persons of public life and of stories.")
@click.option("--no-names", is_flag=True, help="Do not ask the model for names; only patterns: faster, and most names stay.")
@click.option("--policy", help="A policy file or a shipped one's name: do with each kind what it says today, not marks alone.")
@click.option("--purpose", default="model_training", show_default=True, help="With --policy: what the text is to be used for.")
@click.option("--spans", is_flag=True, help="Print the text as it is, with what is found in brackets and in colour, not masked.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write that as a page too; it opens offline.")
@click.option("--engine", help="re2, hyperscan or re; all find the same. Default: SAYSO_SCRUB_ENGINE, or re2.")
@click.option("--lines", is_flag=True, help="Each line is a conversation of its own, plain or JSON; for files of any size.")
@click.option("--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="With --lines: how many processes mask.")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="With --lines: the file to write; default: print them.")
@click.pass_context
def scrub(
    context: click.Context,
    path: Path,
    keep_public_figures: bool,
    no_names: bool,
    policy: str | None,
    purpose: str,
    spans: bool,
    page: Path | None,
    engine: str | None,
    lines: bool,
    jobs: int,
    to: Path | None,
) -> None:
    """Print a text with personal data, names and secrets masked, and what was found by kind."""
    settings, out = given(context)
    if lines:
        if policy is not None or spans or page is not None:
            raise Unfit("--lines masks with marks alone; leave out --policy, --spans and --html")
        by_lines(out, path, to, Way(engine or settings.scrub_engine, not no_names, keep_public_figures), jobs)
        return
    if jobs > 1 or to is not None:
        raise Unfit("--jobs and --to are for files of many conversations; add --lines")
    scrub_bench.use(engine or settings.scrub_engine)
    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        text = raw.decode("utf-8")
    except OSError:
        raise Unfit(f"`{path.name}` cannot be read; name a text file, or - for standard input") from None
    except UnicodeDecodeError as problem:
        raise Unfit(f"`{path.name}` is not UTF-8 text at byte {problem.start}; convert it first") from None
    if policy is not None and (spans or page is not None):
        raise Unfit("--spans and --html show what is found, --policy what is done with it; ask for one of the two")
    if policy is not None:
        _by_policy(out, text, policy_bench.load(policy), purpose, keep_figures=keep_public_figures, no_names=no_names)
        return
    finders = [] if no_names else [scrub_bench.Persons(keep_figures=keep_public_figures)]
    if page is not None:
        assert_another(page, path)
    masked = scrub_bench.mask_each([text], recognizers=finders)[0]  # as a release would have it: JSON stays JSON
    counts = masked.counts
    utf16 = [(span.start, span.end) for span in scrub_bench.in_utf16(text, masked.spans)]
    out.data({"text": masked.text, "spans": masked.spans, "utf16": utf16, "counts": counts})
    if page is not None:
        _write_spans(page, shown.page(path.name, text, masked.spans))
    if not out.json:
        printed = shown.in_terminal(text, masked.spans, colour=in_colour()) if spans else masked.text
        click.echo(printed, nl=bool(printed) and not printed.endswith("\n"), color=True if spans else None)
        found = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "nothing"
        click.echo(f"found: {found}", err=True)


def in_colour() -> bool:
    """Return whether to print in colour: to a terminal, unless NO_COLOR says no (no-color.org) or the terminal is dumb."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _write_spans(page: Path, text: str) -> None:
    """Write a page that nobody but its owner may read; it holds the words of the file."""
    try:
        page.unlink(missing_ok=True)
        with os.fdopen(os.open(page, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.encode())
    except OSError as problem:
        raise Unfit(f"`{page.name}` cannot be written: {(problem.strerror or 'no reason given').lower()}") from None


def _by_policy(out: Out, text: str, policy: Policy, purpose: str, *, keep_figures: bool, no_names: bool) -> None:
    """Print *text*, taken for one turn said today, as *policy* lets it be used; its surrogates are new in each run."""
    treated = treated_text(policy, purpose, text, SystemClock().now(), entropy(32), keep_figures=keep_figures, no_names=no_names)
    out.data({"text": treated.text, "actions": treated.actions, "dropped": treated.dropped or None})
    if not out.json:
        click.echo(treated.text, nl=bool(treated.text) and not treated.text.endswith("\n"))
        told = [f"{count} {kind} ({do.replace('_', ' ')})" for kind, each in treated.actions.items() for do, count in each.items()]
        click.echo(f"found: {', '.join(told) or 'nothing'}", err=True)
        if treated.dropped:
            click.echo(f"left out as a whole, by row `{treated.dropped}` of `{policy.name}`", err=True)


@click.command(epilog="Example:  sayso verify receipt.json")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--key", type=PublicKey(), help="The log's public key; default: that of the data folder.")
@click.option(
    "--witness",
    "witnesses",
    multiple=True,
    type=PublicKey(),
    help="The public key of a witness; a `.tlog-proof` says whether it cosigned.",
)
@click.option("--receipt", type=click.Path(path_type=Path), help="With a proof about a person: compare it with their receipt.")
@click.option(
    "--log", type=click.Path(path_type=Path, file_okay=False), help="With a promise: the files of the log it is held against."
)
@click.option("--cosign-key", type=PublicKey(), help="With --log: a key whose line on the checkpoint tells when that was.")
@click.option(
    "--newer",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A later receipt or proof: an answer that it overtakes, or whose notice it shows to be unfair, holds no more.",
)
@click.option(
    "--page", type=click.Path(path_type=Path, dir_okay=False), help="Instead: write a page that checks files in a browser, offline."
)
@click.pass_context
def verify(
    context: click.Context,
    path: Path | None,
    key: str | None,
    witnesses: tuple[str, ...],
    newer: tuple[Path, ...],
    receipt: Path | None,
    log: Path | None,
    cosign_key: str | None,
    page: Path | None,
) -> None:
    """Check a receipt, a proof or a release manifest with nothing but the log's public key; exit 1 when it does not hold.

    Each line begins with `proves:`, which nobody could have changed without the key, or with `does not prove:`, which is left to
    be trusted or checked elsewhere. PATH may be the folder of a release. The key has to come from elsewhere than the file.
    """
    settings, out = given(context)
    if page is not None:
        if path is not None or witnesses or newer or receipt is not None:
            raise Unfit("a page is written for any file, and asks no witness; leave out the file, --witness, --newer and --receipt")
        _write_page(out, page, key if key is not None else _known_key(settings.data))
        return
    path = _file(path)
    key = trusted_key(settings.data) if key is None else key
    told = [WitnessKey.parse(one) for one in (*witnesses, *([cosign_key] if cosign_key else []))]
    shown = None if log is None else Shown(read=reader(log), cosigners=told, at=SystemClock().now())
    verdict = proofs.verify(path, key, witnesses, newer, receipt=receipt, shown=shown)
    out.data(verdict)
    out.say(*verdict.lines)
    if not verdict.ok:
        out.say(*filter(None, [whose(path, key)]))
        context.exit(1)


def _file(path: Path | None) -> Path:
    """Return the file to judge: *path*, or the manifest in it where it is the folder of a release."""
    if path is not None and (path / MANIFEST).is_file():
        return path / MANIFEST
    if path is not None and (path / CHECKPOINT).is_file():
        raise Unfit(f"`{path.name}` is the folder of a log; check it with `sayso log verify`, or name its `{CHECKPOINT}`")
    if path is None or not path.is_file():
        raise Unfit(f"no file `{path.name if path else ''}`; name a receipt or a manifest, or write a page with --page")
    return path


def _known_key(folder: Path) -> str:
    """Return the log's public key where *folder* is a data folder, and nothing where it is none: a page needs no installation."""
    return str(read_mark(folder).get("log_key", "")) if (folder / MARK).is_file() else ""


def _write_page(out: Out, page: Path, key: str) -> None:
    if key:
        key = proofs.VerifierKey.parse(key).text()  # a wrong copy is found now, not by whoever opens the page
    raw = verify_page(key).html.encode()
    try:
        put(page, raw)
    except OSError as problem:
        raise Unfit(f"`{page.name}` cannot be written: {(problem.strerror or 'no reason given').lower()}") from None
    digest = hashlib.sha256(raw).hexdigest()
    name = key.partition("+")[0]
    out.data({"file": str(page), "log_key": key or None, "sha256": digest})
    filled = f"the key of `{name}` is filled in" if key else "no key is filled in"
    out.say(f"{page.name} checks files offline, in any newer browser; {filled}")
    out.say(f"SHA-256 {digest}")
