"""What a press means: from an answer on a notice to lines of the ledger, and back from the lines to a state in words."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from sayso.app.http.desk import Desk
from sayso.app.http.rights import Holder
from sayso.app.views import ChoiceView
from sayso.facts.errors import Broken
from sayso.facts.words import Digest, Purpose, Say, Via
from sayso.notices import Notice, Words

QUESTIONS = ("training-choice", "settings", "imported")


class Asked(Struct, frozen=True, kw_only=True):
    """A notice as it is shown now: its words in the reader's language and the digest that proves them."""

    notice: Notice
    digest: Digest
    words: Words


class State(Struct, frozen=True, kw_only=True):
    """What a person's answers amount to for one purpose: the present say, the line it stands on, and whether stored chats count."""

    say: Say
    line: ChoiceView | None
    stored: bool


def readable(desk: Desk, wanted: str, languages: Iterable[str]) -> str:
    """Return the language to ask in: *wanted*, or else one in which every question and the pages around it have words."""
    common = set(languages).intersection(*(desk.notice(name)[0].languages for name in QUESTIONS))
    for tag in (wanted, "en", *sorted(common)):
        if tag in common:
            return tag
    raise Broken("no language has words for every question; publish the notices in one that the pages speak")


def asked(desk: Desk, name: str, language: str) -> Asked:
    """Return notice *name* in *language*; Unfit where the operator has published none in it."""
    notice, digest = desk.notice(name)
    return Asked(notice=notice, digest=digest, words=notice.words(language))


def state(say: Say, choices: Iterable[ChoiceView], purpose: Purpose) -> State:
    """Return the state for *purpose*; *say* is the desk's word, the lines only add since when and whether stored chats count."""
    lines = sorted((one for one in choices if one.purpose == purpose and one.say in ("allow", "refuse")), key=lambda one: one.seq)
    stored = False
    for one in lines:
        # A refusal takes a permission for stored chats with it; allowing again does not bring it back.
        stored = (stored or one.covers == "stored") if one.say == "allow" else False
    present = next((one for one in reversed(lines) if one.say == say), None)
    return State(say=say, line=present, stored=stored and say == "allow")


def record(desk: Desk, holder: Holder, on: Asked, answer: str, language: str) -> int | None:
    """Record *answer* on the notice *on* and return the number of its line; nothing but a note for `later`.

    `via` says where it was pressed; a browser's signal never becomes an answer.
    """
    purpose, account = on.notice.purpose, holder.account
    if answer == "later":
        desk.defer(account, purpose, on.digest)
        return None
    before = state(holder.view.says.get(purpose, "unasked"), desk.choices(account), purpose)
    label = on.words.labels[answer]
    if on.notice.covers == "stored":
        if answer == "allow":
            return desk.choose(
                account, purpose, "allow", via="settings", notice=on.digest, locale=language, pressed=label, covers="stored"
            )
        if before.stored:
            # (1) Refuse first, which ends the permission for what is stored; (2) then keep the one for new chats, which this
            # question does not touch. Stopped between the two, everything is refused: the safe side.
            desk.choose(
                account, purpose, "refuse", via="withdrawal", notice=on.digest, locale=language, pressed=label, covers="stored"
            )
        return desk.choose(account, purpose, "allow", via="settings", notice=on.digest, locale=language, pressed=label)
    via: Via = "notice" if "later" in on.notice.offered else "settings"
    if answer == "refuse":
        return desk.choose(
            account,
            purpose,
            "refuse",
            via="withdrawal" if before.say == "allow" else via,
            notice=on.digest,
            locale=language,
            pressed=label,
        )
    return desk.choose(account, purpose, "allow", via=via, notice=on.digest, locale=language, pressed=label)
