"""The notices that come with sayso, one TOML file each, so that a lawyer can read and change them."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from sayso.facts.errors import Unfit
from sayso.notices.deadline import until
from sayso.notices.notice import Notice

_NAMES = ("training-choice", "settings", "imported", "signup")
_HERE = Path(__file__).resolve().parent

DEFAULT_OPERATOR = {
    "en": "This chat service",
    "de": "Dieser Chat-Dienst",
    "es": "Este servicio de chat",
    "fr": "Ce service de discussion",
    "ja": "このチャットサービス",
    "ar": "خدمة المحادثة هذه",
}


def shipped(operator: str | None = None) -> list[Notice]:
    """Return the shipped notices, with *operator* as the one who asks, where one is named.

    >>> [notice.name for notice in shipped("Example Chat")]
    ['training-choice', 'settings', 'imported', 'signup']
    """
    if operator is not None and (not operator.strip() or len(operator) > 60 or not operator.isprintable()):
        raise Unfit("the operator's name is empty, longer than 60 characters or has signs that do not print; write it plainly")
    return [parse((_HERE / f"{name}.toml").read_text(encoding="utf-8"), operator=operator, name=name) for name in _NAMES]


def parse(text: str, *, operator: str | None = None, name: str = "notice") -> Notice:
    """Return the notice that *text* (TOML, the shape of the shipped files) spells; `{operator}` becomes *operator*.

    A `deadline` is an instant with its zone; what is said of it is put into the words of each language that has our sentence.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unfit(f"notice `{name}` is no TOML: {error}") from None
    words = raw.get("words")
    if isinstance(words, dict):
        raw["words"] = {
            tag: _name(said, operator or DEFAULT_OPERATOR.get(tag, DEFAULT_OPERATOR["en"])) for tag, said in words.items()
        }
    _dated(raw, name)
    try:
        return msgspec.convert(raw, Notice)
    except msgspec.ValidationError as error:
        plain = str(error)
        raise Unfit(f"notice `{name}`: {plain[:1].lower()}{plain[1:]}".replace("object ", "")) from None


def _dated(raw: dict[str, Any], name: str) -> None:
    """Bring the last day of *raw* to UTC, and put the sentence about it into its words."""
    last = raw.get("deadline")
    if last is None:
        return
    if not isinstance(last, datetime) or last.tzinfo is None:
        raise Unfit(f"notice `{name}`: the deadline is no instant with a zone; write it like deadline = 2026-12-01T12:00:00Z")
    raw["deadline"] = last = last.astimezone(UTC)
    for tag, said in raw["words"].items() if isinstance(raw.get("words"), dict) else ():
        if isinstance(said, dict) and "until" not in said and (ours := until(tag, last)) is not None:
            said["until"] = ours


def _name(value: Any, operator: str) -> Any:
    """Return *value* with the operator named in every text of it."""
    if isinstance(value, str):
        return value.replace("{operator}", operator)
    if isinstance(value, list):
        return [_name(one, operator) for one in value]
    if isinstance(value, dict):
        return {key: _name(one, operator) for key, one in value.items()}
    return value
