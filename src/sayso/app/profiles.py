"""Policies as texts: the rules of a profile and the table lawyers read, shipped or a file of one's own."""

from __future__ import annotations

from pathlib import Path

from sayso.facts.canonical import digest
from sayso.facts.deeds import PolicySet
from sayso.facts.errors import Broken, Unfit
from sayso.policy import shipped
from sayso.policy.shelf import folder


def source(name: str) -> str:
    """Return the TOML text of the shipped profile *name*, or of the file at that path.

    >>> source("anthropic-consumer").count("[[use]]") > 3
    True
    """
    return _text(folder() / f"{name}.toml" if name in shipped() else Path(name), name)


LANGUAGES = {"en": ".md", "de": ".de.md"}
"""The languages that every shipped table is written in, and how its file ends."""


def lawyers_table(name: str, language: str = "en") -> str:
    """Return the table lawyers read of the shipped profile *name*; a file of one's own has the tables beside it, if any.

    >>> lawyers_table("protective", "de").splitlines()[0]
    '# Schützend: nichts ohne ein Ja'
    """
    if language not in LANGUAGES:
        raise Unfit(f"no table in `{language[:80]}`; name one of {', '.join(LANGUAGES)}")
    own = Path(name)
    table = folder() / f"{name}{LANGUAGES[language]}" if name in shipped() else _beside(own, LANGUAGES[language])
    if name not in shipped() and own.suffix == ".toml" and _is_file(own) and not _is_file(table):
        raise Unfit(f"no table `{table.name}` beside `{own.name}`; write one, or ask for the rules with --toml")
    return _text(table, name)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have
        return False


def _beside(own: Path, ending: str) -> Path:
    return own.with_name(own.stem + ending) if own.name else own


def _text(path: Path, name: str) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as problem:
        raise Unfit(f"`{path.name}` is not UTF-8 at byte {problem.start}; save the file as UTF-8") from None
    except (OSError, ValueError):
        raise Unfit(f"no policy `{name[:80]}`; name a .toml file or one of {', '.join(shipped())}") from None


def keep(data: Path, policy: str, text: str) -> None:
    """Keep in the data folder *data* the text of the policy with the digest *policy*."""
    place = data / "policies"
    place.mkdir(exist_ok=True)
    (place / f"{policy}.toml").write_bytes(text.encode("utf-8"))


def kept(data: Path, line: PolicySet) -> str:
    """Return the text of the policy that *line* put in force, as `keep` kept it; Broken where it is not the one the line names."""
    path = data / "policies" / f"{line.digest}.toml"
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Broken(f"the copy of policy `{line.profile}` is missing or unreadable; restore policies/{path.name}") from None
    # Before it is read: what is wrong with a copy that somebody changed is nobody's to mend.
    if digest(text.encode()) != line.digest:
        raise Broken(f"the copy of policy `{line.profile}` is not the one in force; restore policies/{path.name}")
    return text
