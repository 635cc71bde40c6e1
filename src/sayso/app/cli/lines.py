"""`sayso scrub --lines`: a file of many conversations, masked into another or onto standard output."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import BinaryIO

import click

from sayso.app.cli.show import Out
from sayso.app.jobs.lines import Way, mask_lines
from sayso.facts.errors import Unfit


def by_lines(out: Out, path: Path, to: Path | None, way: Way, jobs: int) -> None:
    """Mask each line of a file, and say what was found by kind."""
    if out.json and to is None:
        raise Unfit("--json prints what was found, so the lines need a file; add --to FILE")
    if to is not None:
        assert_another(to, path)
    if str(path) == "-":
        lines, counts = _masked(sys.stdin.buffer, to, way, jobs)
    else:
        try:
            source = path.open("rb")
        except OSError:
            raise Unfit(f"`{path.name}` cannot be read; name a text file, or - for standard input") from None
        with source:
            lines, counts = _masked(source, to, way, jobs)
    out.data({"lines": lines, "counts": counts})
    if not out.json:
        found = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "nothing"
        click.echo(f"{lines} lines; found: {found}", err=True)


def assert_another(to: Path, path: Path) -> None:
    """Refuse to write over the file that is read, which nobody may have twice, and over what is no file."""
    if to.exists() and (not to.is_file() or (path.exists() and to.samefile(path))):
        what = "is the file that is read" if to.is_file() else "is no file that can be written anew"
        raise Unfit(f"`{to.name}` {what}; name another")


def _masked(source: BinaryIO, to: Path | None, way: Way, jobs: int) -> tuple[int, dict[str, int]]:
    """Write the lines; a file of that name is there only when all of them are in it, and only its owner may read it."""
    if to is None:
        lines, counts = mask_lines(source, sys.stdout.buffer.write, way, jobs)
        sys.stdout.buffer.flush()
        return lines, counts
    part = to.with_name(to.name + ".part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            lines, counts = mask_lines(source, file.write, way, jobs)
        part.replace(to)
    except OSError as problem:
        raise Unfit(f"`{to.name}` cannot be written: {(problem.strerror or 'no reason given').lower()}") from None
    finally:
        part.unlink(missing_ok=True)
    return lines, counts
