"""The shape of a notice: words, facts and controls, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from sayso.facts.canonical import canonical, digest
from sayso.facts.errors import Unfit
from sayso.facts.words import Covers, Digest, Purpose

Answer = Literal["allow", "refuse", "later"]
FactKind = Literal["who", "what", "purpose", "if_allow", "if_refuse", "either", "change", "cannot_undo", "costs"]

ANSWERS: tuple[Answer, ...] = ("allow", "refuse", "later")
REQUIRED: tuple[FactKind, ...] = ("who", "what", "purpose", "if_allow", "if_refuse", "change", "cannot_undo")
"""What the first layer must say (rules C19 to C21 of `spec/notice.md`)."""


class Fact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing the first layer says: a caption and a sentence, under a kind that checks can ask for."""

    kind: FactKind
    caption: str
    text: str


class Control(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a person can press. It starts unset: a notice that presets an answer cannot be written down."""

    answer: Answer
    kind: Literal["button"] = "button"
    default: Literal["unset"] = "unset"


class Words(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a notice says in one language; `labels` has one entry per control."""

    title: str
    facts: tuple[Fact, ...]
    labels: Mapping[str, str]
    more: tuple[str, ...] = ()
    """The second layer: nothing in it is needed to answer."""
    until: str | UnsetType = UNSET
    """What is said beside the answers of the last day to decide; only where the notice has one (`notices.deadline`)."""


class Notice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of one question about one purpose, as people are shown it.

    >>> from sayso.notices import shipped
    >>> shipped()[0].name, shipped()[0].offered
    ('training-choice', ('allow', 'refuse', 'later'))
    """

    name: str
    version: int
    purpose: Purpose
    covers: Covers = "from_now"
    layout: Literal["two-equal-buttons"] = "two-equal-buttons"
    controls: tuple[Control, ...]
    words_by_language: Mapping[str, Words] = msgspec.field(name="words")
    screen: Digest | None = None
    """Digest of the template and style that draw it, where the one who draws it says so."""
    deadline: datetime | UnsetType = UNSET
    """The last minute to decide that the screen names, in UTC. Not spelled out where there is none, so that other digests stay."""

    def __post_init__(self) -> None:
        if isinstance(self.deadline, datetime) and (
            self.deadline.utcoffset() != timedelta(0) or self.deadline.second or self.deadline.microsecond
        ):
            raise ValueError("deadline is a whole minute with its zone, such as 2026-12-01T12:00:00Z")

    @property
    def offered(self) -> tuple[Answer, ...]:
        """The answers that can be pressed, in the order they are drawn."""
        return tuple(control.answer for control in self.controls)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it is written in, sorted."""
        return tuple(sorted(self.words_by_language))

    @property
    def digest(self) -> Digest:
        """The SHA-256 of its canonical bytes: any other word is another notice."""
        return digest(self)

    def canonical(self) -> bytes:
        """Return the RFC 8785 bytes that are stored and hashed."""
        return canonical(self)

    def words(self, language: str) -> Words:
        """Return its words in *language* (a tag such as `de` or `de-AT`); Unfit where it has none.

        No other language stands in: an answer counts only on words the person could read.
        """
        for tag in (language, language.split("-", maxsplit=1)[0]):
            if tag in self.words_by_language:
                return self.words_by_language[tag]
        raise Unfit(f"notice `{self.name}` has no words in `{language[:12]}`; it has {', '.join(self.languages)}")
