"""`sayso audit`: recompute everything, name each difference, and hand on what was found."""

from __future__ import annotations

from pathlib import Path

import click

from sayso import audit as audit_room
from sayso.app.cli.context import given, opened
from sayso.app.cli.show import Out
from sayso.app.jobs import auditing
from sayso.audit import Report
from sayso.facts.errors import Unfit

FILE = click.Path(path_type=Path, dir_okay=False)
ENDINGS = (".html", ".json")


@click.command(epilog="Example:  sayso audit --since audited.json --report report.html")
@click.option(
    "--since", type=FILE, help="Go on from the audit that left this file, and leave it for the next; made where none lies."
)
@click.option("--report", "reports", multiple=True, type=FILE, help="Also write a report there: a page as .html, data as .json.")
@click.option("--language", type=click.Choice(list(audit_room.LANGUAGES)), default="en", show_default=True, help="Of the page.")
@click.option(
    "--remembered", multiple=True, type=FILE, help="Compare with a checkpoint kept from another day or by another person."
)
@click.option(
    "--log",
    "published",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Compare with the files of the log as strangers read them.",
)
@click.option("--html", "page", type=FILE, help="The same as --report with a page.")
@click.pass_context
def audit(
    context: click.Context,
    since: Path | None,
    reports: tuple[Path, ...],
    language: str,
    remembered: tuple[Path, ...],
    published: tuple[Path, ...],
    page: Path | None,
) -> None:
    """Recompute rulings, releases and deletions from the facts, without keys, writing nothing; exit 1 on a difference."""
    settings, _ = given(context)
    for path in (*reports, *([since] if since else [])):
        auditing.assert_outside(path, settings.data)
    if wrong := next((path for path in reports if path.suffix not in ENDINGS), None):
        raise Unfit(f"`{wrong.name}` ends in neither {' nor '.join(ENDINGS)}; the ending says which report to write")
    earlier = auditing.read_state(since) if since else None
    with opened(context, write=False, keys=False) as (house, out):
        made = auditing.audit(house, earlier=earlier, remembered=remembered, published=published)
    if since is not None and made.state is not None:
        auditing.write_state(since, made.state, settings.data)
    for path in (*reports, *([page] if page else [])):
        _write(path, made.report, language)
    _tell(out, made, since, earlier is not None)
    if made.report.findings:
        context.exit(1)


def _tell(out: Out, made: auditing.Audit, since: Path | None, earlier: bool) -> None:
    report = made.report
    out.data(report.findings)
    for finding in report.findings:
        out.say(finding.line())
    clean = "nothing differs: log, rulings, releases, deletions and files agree"
    out.say(f"{len(report.findings)} findings" if report.findings else clean)
    if report.since is not None:
        extent = report.extent
        out.say(
            f"goes on from the audit of {report.since}: {extent.shreddings_before} destructions and "
            f"{extent.releases_before} releases were judged then and not again, everything else was computed anew"
        )
    elif earlier:
        out.say("everything was judged anew: the earlier audit was made by another version, or the ledger does not continue it")
    if since is not None and made.state is None:
        out.say(f"`{since.name}` stays as it was: something could not be judged, so nothing can be taken from this audit")


def _write(path: Path, report: Report, language: str) -> None:
    raw = audit_room.report_json(report) if path.suffix == ".json" else audit_room.report_html(report, language).encode()
    try:
        path.write_bytes(raw)
    except OSError as problem:
        raise Unfit(f"`{path.name}` cannot be written: {(problem.strerror or 'no reason given').lower()}") from None
