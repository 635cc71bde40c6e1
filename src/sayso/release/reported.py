"""The report on what may still identify somebody, as a page that opens offline: numbers and blinded ids, no word of anybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from sayso.release.risk import Crowd, Identifying, Rare, Risk


def page(told: Identifying) -> bytes:
    """Return the bytes of `identifying.html`."""
    risk = told.risk
    body = "\n".join(
        [
            f"<h1>What may still identify somebody in <code>{escape(told.release)}</code></h1>",
            f"<p>{told.conversations:,} conversations of {told.accounts:,} accounts, after masking. {_HOLDS}</p>",
            "<h2>Left out for standing out</h2>",
            _table(("reason", "conversations"), [(why, count) for why, count in told.left_out.items()], "Nothing was left out."),
            f"<p>Setting: {_setting(risk)}. Over the setting all the same: {told.over:,}.</p>",
            "<h2>What people tell of themselves</h2>",
            _table(("told", "conversations"), list(told.told.items())),
            _table(
                ("kinds told together", "conversations", "told so by no second account"),
                [(count, one.conversations, one.groups) for count, one in told.together.items()],
            ),
            "<h2>Labels of the rows</h2>",
            f"<p>{told.labels.classes:,} combinations of surface, tier, language and labels.</p>",
            f"<p>The smallest is shared by {told.labels.smallest:,} accounts.</p>",
            _table(("shared by fewer than", "combinations", "conversations"), _under(told.labels.under)),
            "<h2>Words that stand in one account only</h2>",
            *(_rare(one) for one in (told.words, told.phrases)),
            f"<p>The array that counts them was {told.missed / 10:g} % full: about as many rare ones were taken for common.</p>",
            "<h2>Rows that stand out most</h2>",
            _table(
                ("row", "words", "different ones in no other account", "longest run of them", "tells"),
                [(f"{one.row[:16]}…", one.words, one.rare, one.longest, ", ".join(one.told) or "–") for one in told.most],
                "None.",
            ),
        ]
    )
    return _PAGE.format(style=_STYLE, body=body).encode()


def _setting(risk: Risk) -> str:
    shared = f"what {risk.told} or more kinds tell together shared by {risk.together:,} accounts or more"
    return "; ".join(
        [
            f"labels shared by {risk.crowd:,} accounts or more" if risk.crowd > 1 else "no rule on labels",
            shared if risk.told else "no rule on what is told together",
            *(
                f"at most {share} % rare {what}" if share < 100 else f"no rule on rare {what}"
                for share, what in ((risk.rare_words, "words"), (risk.rare_phrases, "runs of three words"))
            ),
        ]
    )


def _under(under: Mapping[str, Crowd]) -> list[tuple[object, ...]]:
    return [(f"{k} accounts", one.groups, one.conversations) for k, one in under.items()]


def _rare(one: Rare) -> str:
    what = "words" if one.size == 1 else f"runs of {one.size} words"
    share = f" ({100 * one.alone / one.distinct:.1f} %)" if one.distinct else ""
    rows = [(f"over {limit} % of its {what}", count) for limit, count in one.over.items()]
    return f"<p>{one.distinct:,} different {what}, {one.alone:,} of them in one account only{share}.</p>" + _table(
        ("in one account only", "conversations"), rows
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]], none: str = "") -> str:
    rows = list(rows)
    if not rows:
        return f"<p>{none}</p>"
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(_cell(row[0]))}</th>' + "".join(f"<td>{escape(_cell(one))}</td>" for one in row[1:]) + "</tr>"
        for row in rows
    )
    name = escape(heads[0])
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


_HOLDS = (
    "This page holds numbers and blinded ids, and no word that anybody wrote. It counts what a small table of patterns and a "
    "count of words can see; somebody may be known by what neither sees."
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>What may still identify somebody</title>
<style>{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""
_STYLE = """
:root { color-scheme: light dark; --page: #fff; --ink: #1b1b1b; --line: #767676; }
@media (prefers-color-scheme: dark) { :root { --page: #161616; --ink: #ededed; --line: #9a9a9a; } }
body { background: var(--page); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; margin: 0; }
main { max-width: 50rem; margin: 0 auto; padding: 1.5rem 1rem; }
h1, code { overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: 0.5rem 0 1rem; }
table { border-collapse: collapse; }
td, th { text-align: right; padding: 0.2rem 1rem 0.2rem 0; border-bottom: 1px solid var(--line); font-weight: normal; }
thead th { font-weight: bold; }
th:first-child { text-align: left; }
"""
