"""What was found, as lines, as JSON, and as one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import msgspec
from msgspec import Struct

from sayso.audit.findings import Finding
from sayso.audit.since import Extent
from sayso.audit.words import LIMITS, Sentences, sentences
from sayso.facts.canonical import canonical

REPORT = "sayso/audit/v1"
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #ccc}"
    "caption{text-align:left;color:#444;padding:.4rem 0}small{display:block;color:#444}"
    "td{overflow-wrap:anywhere}.none{border-left:.3rem solid #2a6;padding-left:1rem}"
    "@media screen and (prefers-color-scheme:dark){"
    "body{background:#16181a;color:#eee}caption,small{color:#bbb}th,td{border-color:#444}}"
    # Four columns do not fit on a telephone: there each finding is a block of its own, each part under its name.
    ".found{table-layout:fixed}"
    "@media screen and (max-width:40rem){.found,.found caption,.found tbody,.found tr,.found td{display:block}"
    ".found thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
    ".found tr{border:1px solid #767676;border-radius:.4rem;padding:.4rem .6rem;margin:.6rem 0}.found td{border:0;padding:.2rem 0}"
    ".found td::before{content:attr(data-name);display:block;font-weight:600}}"
    "@media print{body{margin:0;max-width:none;font-size:10pt}thead{display:table-header-group}tr,p{break-inside:avoid}"
    "@page{margin:18mm}}"
)
CLEAN = "no difference found"


class Report(Struct, frozen=True, kw_only=True):
    """One audit as it is handed on: what it looked at and as of when, what it took from an earlier one, and what it found."""

    at: str
    instance: str
    origin: str
    size: int
    root: str
    """The root over all lines, in hex: with the size, what a checkpoint says."""
    version: str
    extent: Extent
    findings: tuple[Finding, ...]
    since: str | None = None
    """When the audit was made that this one goes on from."""
    compared: tuple[str, ...] = ()
    """The checkpoints and published logs that the ledger was compared with, by the names of their files."""


def lines(findings: Sequence[Finding]) -> list[str]:
    """Return one line per finding, or the one that says there is none.

    >>> lines([])
    ['no difference found']
    """
    return [finding.line() for finding in findings] or [CLEAN]


def as_json(findings: Sequence[Finding]) -> bytes:
    """Return the findings as canonical JSON, a list of objects with `kind`, `where`, `what` and `next`."""
    return canonical(list(findings))


def report_json(report: Report) -> bytes:
    """Return the whole report as JSON, `format` first; `spec/audit.md` is its page."""
    told = {"format": REPORT, **msgspec.to_builtins(report), "limits": LIMITS}
    return msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n"


def report_html(report: Report, language: str = "en") -> str:
    """Return the report as one page in *language* (`en` or `de`): no script, nothing fetched, fit for paper and for the dark."""
    words = sentences(language)
    extent: dict[str, int] = msgspec.to_builtins(report.extent)
    told = [words.anew.format(**extent), words.before.format(**extent) if report.since else words.never]
    parts = [
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'><meta name='viewport' content='width=device-width'>",
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(words.title)}</title><style>{_STYLE}</style></head><body><main><h1>{escape(words.title)}</h1>",
        f"<table><tbody>{''.join(_facts(report, words))}</tbody></table>",
        _table(report.findings, words) if report.findings else f"<p class='none'>{escape(words.clean)}</p>",
        f"<h2>{escape(words.looked)}</h2>{''.join(f'<p>{escape(one)}</p>' for one in told)}",
        f"<h2>{escape(words.limits_title)}</h2><p>{escape(words.limits)}</p></main></body></html>\n",
    ]
    return "".join(parts)


def _facts(report: Report, words: Sentences) -> list[str]:
    told = {name: getattr(report, name) for name in words.facts} | {"compared": ", ".join(report.compared)}
    return [
        f"<tr><th scope='row'>{escape(words.facts[name])}</th><td>{escape(str(value))}</td></tr>"
        for name, value in told.items()
        if value not in (None, "")
    ]


def _table(findings: Sequence[Finding], words: Sentences) -> str:
    cells = [f"<td role='cell' data-name='{escape(one, quote=True)}'>" for one in words.columns]
    rows = "".join(
        f"<tr role='row'>{cells[0]}<code>{escape(one.kind)}</code><small>{escape(words.kinds[one.kind].means)}</small></td>"
        f"{cells[1]}<span lang='en'>{escape(one.where)}</span></td>{cells[2]}<span lang='en'>{escape(one.what)}</span></td>"
        f"{cells[3]}{escape(words.kinds[one.kind].next)}</td></tr>"
        for one in findings
    )
    count = words.one if len(findings) == 1 else words.many.format(count=len(findings))
    head = "".join(f"<th scope='col' role='columnheader'>{escape(one)}</th>" for one in words.columns)
    note = f"<p>{escape(words.detail)}</p>" if words.detail else ""
    top = f"<caption>{escape(count)}</caption><thead role='rowgroup'><tr role='row'>{head}</tr></thead>"
    return f"<table class='found' role='table'>{top}<tbody role='rowgroup'>{rows}</tbody></table>{note}"
