"""Put together what was asked of scrub and what its page measured, from the other tables of the page, and write it at the page's top.

    python bench/scrub_minute.py [--write docs/scrub.md]

It measures nothing: every figure is read from a table further down, so it says what they say and is no older.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import peers

PAGE = Path(__file__).resolve().parent.parent / "docs" / "scrub.md"
Row = dict[str, str]


def block(page: str, name: str) -> str:
    """Return what stands between the marks of a block."""
    found = re.search(rf"<!-- {name}:begin -->\n(.*?)<!-- {name}:end -->", page, re.DOTALL)
    if found is None:
        raise SystemExit(f"the page has no block `{name}`")
    return found[1]


def rows(page: str, name: str, number: int = 0) -> list[Row]:
    """Return the rows of a table of a block, each by the names of its columns."""
    tables = re.findall(r"(?:^\|.*\n)+", block(page, name), re.MULTILINE)
    head, _, *others = [[cell.strip() for cell in line.strip("|").split("|")] for line in tables[number].splitlines()]
    return [dict(zip(head, one, strict=True)) for one in others]


def number(page: str, name: str, pattern: str) -> tuple[str, ...]:
    """Return what a sentence of a block says."""
    found = re.search(pattern, block(page, name))
    if found is None:
        raise SystemExit(f"the block `{name}` says nothing like `{pattern}`")
    return found.groups()


def met(value: float, aim: float, *, most: bool = False) -> str:
    return "yes" if (value <= aim if most else value >= aim) else "**no**"


def table(page: str) -> str:
    """Return the table: what was asked, what was measured, whether that is it, and where on the page it stands."""
    lines = [*_found(page), *_persons(page), *_speed(page), *_nasty(page)]
    head = "| what was asked | measured | reached | more |\n|---|---|---|---|\n"
    return head + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _found(page: str) -> list[list[str]]:
    kinds = [one for one in rows(page, "quality") if one["label"] != "PERSON"]
    least = min(kinds, key=lambda one: float(one["found"]))
    right = number(page, "quality", r"touch a label \(([\d.]+)")[0]
    sentences = "[sentences](#how-often-it-is-missed)"
    unread = rows(page, "unread")
    most = max(unread, key=lambda one: float(one["wrong per MB"]))
    both = {one["tool"]: one for one in rows(page, "secrets") if one["source"] == "both"}
    secret = both["sayso, secret"]
    contexts = min(rows(page, "contexts"), key=lambda one: float(one["sayso"]))
    least_of_all = f"{least['found']} ({least['label'].replace('_', ' ').lower()})"
    flagged = secret["false lines flagged"]
    part, of = map(int, flagged.split(" of "))
    found, labelled = map(int, secret["true labels found"].split(" of "))
    reached = found / labelled >= 0.8 and part / of <= 0.03
    wrong = f"{_together(unread)['wrong per MB']}; at most {most['wrong per MB']} ({most['text']})"
    shares = f"{found / labelled:.3f} at {100 * part / of:.1f} % of false lines"
    return [
        ["of structured kinds, 0.98 found", f"{least_of_all} and more", met(float(least["found"]), 0.98), sentences],
        ["of what is masked, 0.95 right", right, met(float(right), 0.95), sentences],
        [
            "5 wrong hits per MB of raw text",
            wrong,
            met(float(most["wrong per MB"]), 5, most=True),
            "[unread](#how-often-it-is-missed)",
        ],
        [
            "of secrets in code, 0.80 at 3 % of false lines",
            shares,
            "yes" if reached else "**no**",
            "[code](#how-often-it-is-missed)",
        ],
        [
            "of generated secrets, 0.95 in each of seven places",
            f"{contexts['sayso']} ({contexts['context']}) and more",
            met(float(contexts["sayso"]), 0.95),
            "[places](#secrets-where-people-paste-them)",
        ],
    ]


def _together(unread: list[Row]) -> Row:
    return next(one for one in unread if one["text"] == "together")


def _persons(page: str) -> list[list[str]]:
    by = {one["register"]: one for one in rows(page, "persons") if one["by"] == "all"}
    noisy, formed = by["the two noisy ones together"], by["the two well-formed ones together"]
    here = "[names](#names-of-persons)"
    reached = float(noisy["fully covered"]) >= 0.7 and float(noisy["precision"]) >= 0.75
    said = f"{noisy['fully covered']} at {noisy['precision']}"
    return [
        ["of names in noisy text, 0.70 at a precision of 0.75", said, "yes" if reached else "**no**", here],
        [
            "of names in well-formed text, 0.92",
            f"{formed['fully covered']} at {formed['precision']}",
            met(float(formed["fully covered"]), 0.92),
            here,
        ],
    ]


def _speed(page: str) -> list[list[str]]:
    here, lines = "[speed](#speed)", []
    speeds = rows(page, "scrub-speed")
    for engine, name, aims in (("re2", "RE2", (75, 75, 40)), ("hyperscan", "Hyperscan", (100, 100, 40))):
        for text, aim in zip(("clean", "low", "dense"), aims, strict=True):
            one = next(row for row in speeds if (row["engine"], row["text"]) == (engine, text))
            asked = f"{aim} MB/s with {name}, {one['hits per KB']} hits per KB"
            lines.append([asked, one["at once"], met(float(one["at once"]), aim), here])
    slowest = min(float(one["names alone"]) for one in speeds)
    lines.append(["2 MB/s for names", f"{slowest} and more", met(slowest, 2), here])
    flow = [int(one["held, MB"]) for one in rows(page, "scrub-flow")]
    lines.append(
        ["10 GB in memory that stays flat", f"{min(flow)} to {max(flow)} MB held", met(max(flow), 1.1 * min(flow), most=True), here]
    )
    scale = number(page, "scrub-scale", r"Two processes: ([\d.]+) times")[0]
    lines.append(["two processes, 1.9 times one", scale, met(float(scale), 1.9), here])
    return lines


def _nasty(page: str) -> list[list[str]]:
    within, of = number(page, "scrub-worst", r"(\d+) of (\d+) within half a second")
    worst = rows(page, "scrub-worst")[0]
    runs, seconds = number(page, "scrub-fuzz", r"([\d,]+) texts in ([\d,]+) seconds")
    said = f"{within} of {of} shapes; {worst['CPU seconds']} s for {worst['shape, 1 MB of it']}"
    here = "[hurt](#texts-built-to-hurt)"
    return [
        ["any 1 MB within half a second (patterns)", said, "yes" if within == of else "**no**", here],
        ["fuzzed with atheris", f"{runs} texts in {seconds} s, none broke a promise", "yes", here],
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    told = table((given.write or PAGE).read_text(encoding="utf-8"))
    print(told)
    if given.write:
        peers.written(given.write, "minute", told)


if __name__ == "__main__":
    main()
