"""The report on a matter for people: the same counts as in the signed one, as Markdown that prints."""

from __future__ import annotations

from typing import Any


def as_markdown(made: dict[str, Any]) -> str:
    """Return the report *made* by `court.report` as a page; the JSON is the one that is signed."""
    counts, span = made["counts"], made["range"]
    lines = [
        f"# Report on {_plain(made['matter'])}",
        "",
        f"Made {made['at']}. The signed form is the JSON; this page says the same and is not signed.",
        "",
        "## Orders",
        *_table(
            ("hold", "placed", "by", "on what paper", "ended", "may be told"),
            [
                (
                    one["hold"],
                    one["placed"]["at"],
                    one["placed"]["by"] or "not said",
                    one["placed"]["paper"] or "not said",
                    one["ended"]["at"] if one["ended"] else "in force",
                    "yes" if one["may_be_told"] else "no",
                )
                for one in made["holds"]
            ],
        ),
        "",
        "## Counts",
        *_table(("what", "how many"), [(name.replace("_", " "), number) for name, number in counts.items()]),
        "",
        f"Turns from {span['first'] or 'none'} to {span['last'] or 'none'}.",
        "",
        "## Readings",
        *_table(
            ("when", "who", "for what", "conversation"),
            [(one["at"], one["by"], one["why"], one["conversation"]) for hold in made["holds"] for one in hold["reads"]],
        ),
        "",
        "## Conversations",
        *_table(
            (
                "conversation",
                "account",
                "under the order since",
                "turns",
                "deleted by its person",
                "destroyed",
                "SHA-256 of its blocks",
            ),
            [
                (
                    one["conversation"],
                    one["account"],
                    ", ".join(f"{held['hold']} {held['since']}" for held in one["under"]),
                    one["turns"],
                    one["deleted_by_person"] or "",
                    one["destroyed"] or "",
                    " ".join(block["sha256"] for block in one["blocks"]),
                )
                for one in made["conversations"]
            ],
        ),
        "",
        "## What this does not say",
        *(f"- {one}" for one in made["limits"]),
    ]
    return "\n".join(lines) + "\n"


def _table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> list[str]:
    if not rows:
        return ["None."]
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(_plain(cell) for cell in row) + " |" for row in rows),
    ]


def _plain(value: object) -> str:
    """Return *value* as text that cannot become a cell, a link or a tag of its own.

    >>> _plain("a | <b> [c](d)")
    'a \\\\| &lt;b> \\\\[c](d)'
    """
    text = " ".join(str(value).split())
    for sign, instead in (("\\", "\\\\"), ("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("[", "\\["), ("`", "\\`"), ("*", "\\*")):
        text = text.replace(sign, instead)
    return text
