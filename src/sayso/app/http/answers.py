"""What a press means: from an answer on a notice to lines of the ledger, and back from the lines to a state in words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import takewhile
from typing import Literal

from fastapi import HTTPException
from msgspec import UNSET, Struct
from msgspec.structs import replace

from sayso.app.http.desk import Desk
from sayso.app.http.rights import Holder
from sayso.app.sent import fit
from sayso.app.views import ChoiceView, Press, Sent, Where
from sayso.facts.errors import Broken, Unfit
from sayso.facts.words import AccountId, Digest, Purpose, Say, Via
from sayso.notices import Answer, Notice, Words

QUESTIONS = ("training-choice", "settings", "imported")
Outcome = Literal["recorded", "changed", "not_open", "unfair"]


class Asked(Struct, frozen=True, kw_only=True):
    """A notice as it is shown now: its words in the reader's language and the digest that proves them."""

    notice: Notice
    digest: Digest
    words: Words
    unfair: bool = False
    """Whether it was found unfair and no other took its place: then only a no can be said on it."""

    @property
    def offered(self) -> tuple[Answer, ...]:
        """The answers that can be pressed now."""
        return tuple(one for one in self.notice.offered if one == "refuse") if self.unfair else self.notice.offered

    def seen(self, where: Where) -> Where:
        """Return *where* with the last day that this question names; it is evidence, and an answer after it counts as well."""
        return where if self.notice.deadline is UNSET else replace(where, deadline=self.notice.deadline or None)


class State(Struct, frozen=True, kw_only=True):
    """What a person's answers amount to for one purpose: the present say, the line it stands on, and whether stored chats count."""

    say: Say
    line: ChoiceView | None
    first: ChoiceView | None
    """The line since which the present answer stands: the first of those that say the same, up to now."""
    stored: bool


class Asking(Struct, frozen=True, kw_only=True):
    """Every question, read from the desk once for a request, and the language all of them are asked in."""

    language: str
    first: Asked
    settings: Asked
    imported: Asked

    def named(self, name: str) -> Asked | None:
        """Return the question with the notice's *name*, if there is one."""
        return next((one for one in (self.first, self.settings, self.imported) if one.notice.name == name), None)


def asking(desk: Desk, wanted: str, languages: Iterable[str], *, first: str = QUESTIONS[0]) -> Asking:
    """Return the questions in *wanted*, or else in a language that each of them and the pages around them have.

    *first* is the one for who has not answered: the usual notice, or `signup`, the step of signing up.

    Broken where there is none: nobody is asked in words that are not there.
    """
    seen = [desk.notice(name) for name in (first, *QUESTIONS[1:])]
    common = set(languages).intersection(*(notice.languages for notice, _ in seen))
    language = next((tag for tag in (wanted, "en", *sorted(common)) if tag in common), None)
    if language is None:
        raise Broken("no language has words for every question; publish the notices in one that the pages speak")
    asked, settings, imported = (
        Asked(notice=one, digest=name, words=one.words(language), unfair=desk.unfair(name)) for one, name in seen
    )
    return Asking(language=language, first=asked, settings=settings, imported=imported)


def pressed(
    desk: Desk, holder: Holder, on: Asked, digest: str, answer: str, language: str, key: str | None, where: Where | None = None
) -> tuple[Outcome, int | None]:
    """Return what a press of *answer* came to, and the number of its line where one was written.

    It counts only on exactly the words that were shown. 400 for what was not offered, 409 for a key that asked for
    something else before; then nothing is recorded.
    """
    if digest != on.digest:
        return "changed", None
    if answer not in on.notice.offered or (key is not None and not fit(key)):
        raise HTTPException(400)
    if answer not in on.offered:
        return "unfair", None
    if on.notice.covers == "stored" and holder.view.says.get(on.notice.purpose) != "allow":
        return "not_open", None
    try:
        return "recorded", record(desk, holder, on, answer, language, key, None if where is None else on.seen(where))
    except Unfit:
        if key is None:
            raise
        raise HTTPException(409) from None


def state(say: Say, choices: Iterable[ChoiceView], purpose: Purpose) -> State:
    """Return the state for *purpose*; *say* is the desk's word, the lines only add since when and whether stored chats count."""
    counted = (one for one in choices if one.purpose == purpose and one.say in ("allow", "refuse") and one.counts)
    lines = sorted(counted, key=lambda one: one.seq)
    stored = False
    for one in lines:
        # A refusal takes a permission for stored chats with it; allowing again does not bring it back.
        stored = (stored or one.covers == "stored") if one.say == "allow" else False
    run = list(takewhile(lambda one: one.say == say, reversed(lines)))
    return State(say=say, line=run[0] if run else None, first=run[-1] if run else None, stored=stored and say == "allow")


def plain(on: Asked, answer: str, account: AccountId, language: str, where: Where) -> Press | None:
    """Return the choice that *answer* on the notice *on* is, where it is one line whatever was said before; else `None`."""
    if on.notice.covers == "stored" or answer not in on.offered or answer not in ("allow", "refuse"):
        return None
    return Press(
        account=account,
        purpose=on.notice.purpose,
        say="allow" if answer == "allow" else "refuse",
        via=_via(on),
        withdraws="withdrawal",
        notice=on.digest,
        locale=language,
        pressed=on.words.labels[answer],
        where=on.seen(where),
    )


def sent(on: Asked, answer: str, language: str, key: str | None) -> Sent | None:
    """Return the request an answer came by, where its sender gave it a *key*."""
    return None if key is None else Sent(key=key, asked={"notice": on.digest, "answer": answer, "language": language})


def _via(on: Asked) -> Via:
    if on.notice.name == "signup":
        return "signup"
    return "notice" if "later" in on.notice.offered else "settings"


def fell(choices: Iterable[ChoiceView], purpose: Purpose) -> bool:
    """Return whether the last answer was a yes that counts no more, since its notice was found unfair."""
    last = max((one for one in choices if one.purpose == purpose), key=lambda one: one.seq, default=None)
    return last is not None and not last.counts


def record(
    desk: Desk, holder: Holder, on: Asked, answer: str, language: str, key: str | None = None, where: Where | None = None
) -> int | None:
    """Record *answer* on the notice *on* and return the number of its line; nothing but a note for `later`.

    `via` says where it was pressed; a browser's signal never becomes an answer. Sent again under the same *key* it is not
    recorded again.
    """
    once = sent(on, answer, language, key)
    purpose, account = on.notice.purpose, holder.account
    if answer == "later":
        desk.defer(account, purpose, on.digest, where)
        return None
    before = state(holder.view.says.get(purpose, "unasked"), desk.choices(account), purpose)
    say = partial(
        desk.choose, account, purpose, notice=on.digest, locale=language, pressed=on.words.labels[answer], sent=once, where=where
    )
    if on.notice.covers == "stored":
        if answer == "allow":
            return say("allow", via="settings", covers="stored")
        if before.stored:
            # (1) Refuse first, which ends the permission for what is stored; (2) then keep the one for new chats, which this
            # question does not touch. Stopped between the two, everything is refused: the safe side.
            seq = say("refuse", via="withdrawal", covers="stored")
            if on.unfair:
                return seq  # no yes is recorded on words that were found unfair, not even one that stood already
        return say("allow", via="settings", sent=None if once is None else replace(once, part=2))
    via = _via(on)
    if answer == "refuse":
        return say("refuse", via="withdrawal" if before.say == "allow" else via)
    return say("allow", via=via)
