"""`sayso audit`: recompute everything, name each difference."""

from __future__ import annotations

from pathlib import Path

import click

from sayso import audit as audit_room
from sayso.app.cli.context import opened
from sayso.app.jobs import evidence
from sayso.facts.instants import iso


@click.command(epilog="Example:  sayso audit --html report.html")
@click.option("--html", "report", type=click.Path(path_type=Path, dir_okay=False), help="Also write the report as one HTML file.")
@click.pass_context
def audit(context: click.Context, report: Path | None) -> None:
    """Recompute rulings, releases and deletions from the facts, without keys, writing nothing; exit 1 on a difference."""
    with opened(context, write=False, keys=False) as (house, out):
        findings = evidence.audit(house)
        at = house.now()
    out.data(findings)
    for finding in findings:
        out.say(finding.line())
    out.say(f"{len(findings)} findings" if findings else "nothing differs: log, rulings, releases, deletions and files agree")
    if report is not None:
        report.write_text(audit_room.as_html(findings, about={"at": iso(at)}), encoding="utf-8")
    if findings:
        context.exit(1)
