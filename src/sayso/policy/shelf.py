"""Finds profiles: a file by its path, or a shipped one by its name."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from sayso.facts.errors import Unfit
from sayso.policy.reading import parse
from sayso.policy.table import Policy

_LARGEST = 4 << 20


def load(path: str | Path) -> Policy:
    """Return the policy in the file at *path*, or the shipped one of that name; refuses what is neither.

    >>> load("anthropic-consumer").purposes[0]
    'model_training'
    """
    if str(path) in shipped():
        return _shipped(str(path))
    text, name = text_of(path)
    return parse(text, name=name)


def text_of(path: str | Path) -> tuple[str, str]:
    """Return the text of the policy file at *path*, or of the shipped one of that name, and what to call it in a complaint."""
    file = folder() / f"{path}.toml" if str(path) in shipped() else Path(path)
    try:
        if file.stat().st_size > _LARGEST:
            raise Unfit(f"`{file.name}` is larger than any policy; name a .toml file")
        raw = file.read_bytes()
    except (OSError, ValueError):
        raise Unfit(f"no policy `{str(path)[:80]}`; name a .toml file or one of {', '.join(shipped())}") from None
    name = f"{path}.toml" if str(path) in shipped() else str(path)
    try:
        return raw.decode("utf-8"), name
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Unfit(f"{name}:{line}: not UTF-8; save the file as UTF-8") from None


def shipped() -> list[str]:
    """Return the names of the profiles that come with sayso.

    >>> {"anthropic-consumer", "protective"} <= set(shipped())
    True
    """
    return sorted(file.stem for file in folder().glob("*.toml"))


def folder() -> Path:
    """Return where the shipped profiles lie: in the installed package, or beside the sources of a checkout."""
    packaged = Path(str(files("sayso"))) / "_policies"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3] / "policies"


@lru_cache(maxsize=32)
def _shipped(name: str) -> Policy:
    text, file = text_of(name)
    return parse(text, name=file)
