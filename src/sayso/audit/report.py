"""What was found, as lines, as JSON, and as one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from sayso.audit.findings import KINDS, Finding
from sayso.facts.canonical import canonical

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #ccc}"
    "caption{text-align:left;color:#444;padding:.4rem 0}"
    "td{overflow-wrap:anywhere}.none{border-left:.3rem solid #2a6;padding-left:1rem}"
    "@media(prefers-color-scheme:dark){body{background:#16181a;color:#eee}caption{color:#bbb}th,td{border-color:#444}}"
)
CLEAN = "no difference found"
LIMITS = (
    "An audit compares what was recorded with what is stored and with what the policy says. It opens no conversation, so it says "
    "nothing of the words; it sees this folder only, so it says nothing of copies elsewhere or of trained models; and a change "
    "made in everything at once, the keys included, needs a checkpoint kept by somebody else to be noticed."
)


def lines(findings: Sequence[Finding]) -> list[str]:
    """Return one line per finding, or the one that says there is none.

    >>> lines([])
    ['no difference found']
    """
    return [finding.line() for finding in findings] or [CLEAN]


def as_json(findings: Sequence[Finding]) -> bytes:
    """Return the findings as canonical JSON, a list of objects with `kind`, `where`, `what` and `next`."""
    return canonical(list(findings))


def as_html(findings: Sequence[Finding], *, title: str = "Audit", about: Mapping[str, str] | None = None) -> str:
    """Return the findings as one self-contained page; *about* are facts for its head, such as the instant and the lines read."""
    head = "".join(f"<tr><th scope='row'>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in (about or {}).items())
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><meta name='viewport' content='width=device-width'>",
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>",
        f"<table><tbody>{head}</tbody></table>" if head else "",
        _table(findings) if findings else f"<p class='none'>{CLEAN.capitalize()}.</p>",
        f"<h2>What this does not say</h2><p>{escape(LIMITS)}</p></main></body></html>\n",
    ]
    return "".join(parts)


def _table(findings: Sequence[Finding]) -> str:
    rows = "".join(
        f"<tr><td title='{escape(KINDS[one.kind].means, quote=True)}'>{escape(one.kind)}</td><td>{escape(one.where)}</td>"
        f"<td>{escape(one.what)}</td><td>{escape(one.next)}</td></tr>"
        for one in findings
    )
    count = f"{len(findings)} difference{'s' if len(findings) > 1 else ''}"
    return (
        f"<table><caption>{count}</caption><thead><tr><th scope='col'>Kind</th><th scope='col'>Where</th>"
        f"<th scope='col'>What</th><th scope='col'>Next</th></tr></thead><tbody>{rows}</tbody></table>"
    )
