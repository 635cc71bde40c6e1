"""What scrubbing found, shown in its place: in the terminal, and as a page that opens offline. Both hold the words as given."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from sayso.scrub import ROWS, Span

_GROUPS = {
    "name": ("NAME",),
    "contact": ("EMAIL", "HOST", "PHONE", "PROFILE", "USER"),
    "place": ("ADDRESS", "PLACE", "POSTCODE", "IP", "MAC", "DEVICE", "PLATE"),
    "secret": ("SECRET", "HASH", "WALLET"),
}
_MARKS = {row.kind: row.mark for row in ROWS}
_OTHER = "number"
_COLOURS = {"name": "1;35", "contact": "1;36", "place": "1;32", "secret": "1;31", _OTHER: "1;33"}
"""ANSI colours that stand on light and on dark; the brackets and the kind say the same without them."""

_HIDDEN = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"} | {127: 0x2421, 0x9B: 0xFFFD}
_HIDDEN |= dict.fromkeys((*range(0x80, 0x9B), *range(0x9C, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)
"""Characters that move a cursor, colour a terminal or turn a line around, as what stands in their place."""


def group(kind: str) -> str:
    """Return which of five groups a kind belongs to.

    >>> group("email"), group("person-name"), group("card")
    ('contact', 'name', 'number')
    """
    if kind == "person-name":
        return "name"
    return next((name for name, marks in _GROUPS.items() if _MARKS.get(kind) in marks), _OTHER)


def plain(text: str) -> str:
    """Return *text* without characters that act on a terminal; each has one in its place, so offsets hold.

    >>> plain("a\\x1b[31mb")
    'a␛[31mb'
    """
    return text.translate(_HIDDEN)


def in_terminal(text: str, spans: Sequence[Span], *, colour: bool) -> str:
    """Return *text* with each span in brackets and its kind behind it, and in colour where asked.

    >>> in_terminal("Mail bo@bank.de", [Span(5, 15, "email")], colour=False)
    'Mail «bo@bank.de»(email)'
    """

    def shown(span: Span, words: str) -> str:
        marked = f"«{words}»({span.kind})"
        return f"\x1b[{_COLOURS[group(span.kind)]}m{marked}\x1b[0m" if colour else marked

    return "".join(_pieces(text, spans, plain, shown))


def page(name: str, text: str, spans: Sequence[Span]) -> str:
    """Return a page that shows *text* with its spans: self-contained, light and dark, each span told by line and word too."""

    def shown(span: Span, words: str) -> str:
        return f'<mark class="{group(span.kind)}">{words}<small>{html.escape(span.kind)}</small></mark>'

    body = "".join(_pieces(text, spans, lambda piece: html.escape(plain(piece)), shown))
    counts = Counter(span.kind for span in spans)
    rows = "".join(
        f'<tr><td><mark class="{group(kind)}">{html.escape(kind)}</mark></td><td>{count}</td></tr>'
        for kind, count in sorted(counts.items())
    )
    heads = '<th scope="col">kind</th><th scope="col">times</th>'
    found = f"<table><tr>{heads}</tr>{rows}</table>" if rows else "<p>Nothing was found.</p>"
    return _PAGE.format(name=html.escape(plain(name)), style=_STYLE, found=found, body=body)


def _pieces(text: str, spans: Sequence[Span], between: Callable[[str], str], shown: Callable[[Span, str], str]) -> Iterator[str]:
    at = 0
    for span in spans:
        yield between(text[at : span.start])
        yield shown(span, between(text[span.start : span.end]))
        at = span.end
    yield between(text[at:])


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>What scrubbing finds</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>What scrubbing finds in <code>{name}</code></h1>
<p>This page holds the words of the file as they are. Keep it no wider and no longer than the file itself. What is not marked was
not found, which does not say that it is nobody's.</p>
{found}
<h2>The text</h2>
<pre dir="auto">{body}</pre>
</main>
</body>
</html>
"""
_STYLE = """
:root { color-scheme: light dark; --page: #fff; --ink: #1b1b1b; --line: #767676; --name: #f3e3fb; --contact: #d9eefb;
  --place: #ddf3dd; --secret: #fde0dc; --number: #fbf0c8; }
@media (prefers-color-scheme: dark) { :root { --page: #161616; --ink: #ededed; --line: #9a9a9a; --name: #46285a;
  --contact: #163f5c; --place: #1d4a24; --secret: #672019; --number: #55440d; } }
body { background: var(--page); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 0.95rem/1.9 ui-monospace, monospace; }
td, th { text-align: left; padding: 0.2rem 1rem 0.2rem 0; }
mark { color: inherit; padding: 0 0.15em; text-decoration: underline 2px; text-underline-offset: 0.2em; unicode-bidi: isolate; }
mark small { font: 0.75rem system-ui, sans-serif; margin-left: 0.4em; display: inline-block; text-decoration: none; }
.name { background: var(--name); text-decoration-style: solid; }
.contact { background: var(--contact); text-decoration-style: dotted; }
.place { background: var(--place); text-decoration-style: dashed; }
.secret { background: var(--secret); text-decoration-style: wavy; }
.number { background: var(--number); text-decoration-style: double; }
@media print { mark { border: 1px solid var(--line); } }
"""
