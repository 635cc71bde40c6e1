"""Policies as texts: the rules of a profile and the table lawyers read, shipped or a file of one's own."""

from __future__ import annotations

from pathlib import Path

from sayso.facts.errors import Unfit
from sayso.policy import shipped
from sayso.policy.shelf import folder


def source(name: str) -> str:
    """Return the TOML text of the shipped profile *name*, or of the file at that path.

    >>> source("anthropic-consumer").count("[[use]]") > 3
    True
    """
    return _text(folder() / f"{name}.toml" if name in shipped() else Path(name), name)


def lawyers_table(name: str) -> str:
    """Return the table lawyers read of the shipped profile *name*; a file of one's own has the table beside it, if any."""
    own = Path(name)
    return _text(folder() / f"{name}.md" if name in shipped() else own.with_suffix(".md") if own.name else own, name)


def _text(path: Path, name: str) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, ValueError) as problem:
        if isinstance(problem, UnicodeDecodeError):
            raise Unfit(f"`{path.name}` is not UTF-8 at byte {problem.start}; save the file as UTF-8") from None
        raise Unfit(f"no policy `{name[:80]}`; name a .toml file or one of {', '.join(shipped())}") from None
