"""The versions of a notice: notices -> ledger. One found unfair takes its yeses with it: ledger -> rulings -> releases (recall)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from sayso.app.house import House
from sayso.app.jobs.people import shipped_notice, show_notice
from sayso.app.jobs.recall import recall_under, released, would_withdraw
from sayso.app.jobs.rule import reschedule, rulings
from sayso.facts.deeds import NoticePublished
from sayso.facts.errors import SaysoError, Unfit
from sayso.facts.events import ChoiceMade, NoticeInvalidated
from sayso.facts.history import History
from sayso.facts.words import AccountId, Digest, Say
from sayso.notices import Notice, parse, read

Says = tuple[Say, ...]
WHY = 200
"""Signs of a reason: it is read by everybody who verifies a receipt."""
PLAIN = 8
"""Digits of a digest that name a version, where no other begins alike."""


class Version(Struct, frozen=True, kw_only=True):
    """One version of a notice: what is known of it, how many answered on it, and whether it was found unfair."""

    digest: str
    name: str
    version: int | None
    """As its file says; `None` where the file is not here, as of words that were brought along."""
    languages: tuple[str, ...] = ()
    screen: str | None = None
    published: datetime | None = None
    allowed: int = 0
    refused: int = 0
    invalid: datetime | None = None
    why: str = ""
    line: int | None = None
    """The ledger line that says it was found unfair."""


class Invalidated(Struct, frozen=True, kw_only=True):
    """What an invalidation did, or would do: the answers given on the notice, and the people whose answer of today it changes.

    `rows` are withdrawn from releases, `due` conversations have no reason left to be kept.
    """

    digest: str
    name: str
    yeses: int
    nos: int
    people: int
    rows: int
    due: int
    line: int | None = None
    """The ledger line that says so; `None` where it was only looked at."""


def versions(house: House) -> list[Version]:
    """Return every version that was published here or that an answer names, in the order they came up."""
    with house.reading() as conn:
        return _versions(house, conn)


def find(house: House, name: str) -> Version:
    """Return the version that *name* means: a digest, its first digits, or `name@version`; Unfit where it means none or several."""
    called, _, number = name.partition("@")
    if number:
        found = [one for one in versions(house) if one.name == called and str(one.version) == number]
    elif len(name) < PLAIN or not set(name) <= set("0123456789abcdef"):
        raise Unfit(f"`{name[:64]}` names no notice; write NAME@VERSION, or {PLAIN} digits and more of its digest")
    else:
        found = [one for one in versions(house) if one.digest.startswith(name)]
    if len(found) != 1:
        what = "no notice is" if not found else f"{len(found)} notices are"
        raise Unfit(f"{what} named `{name[:64]}`; `sayso notice list` shows them, name one by its digest")
    return found[0]


def words(house: House, version: Version) -> Notice:
    """Return the notice itself, from the file that its digest names."""
    return read(house.folder / "notices", version.digest)


def publish(house: House, path: Path, operator: str | None = None) -> tuple[Notice, Digest]:
    """Return the operator's own wording in *path* (TOML) and its digest, published; the pages ask with its newest version."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Unfit(f"`{path.name}` cannot be read; name a file with a notice in it") from None
    return publish_text(house, text, path.stem, operator)


def publish_text(house: House, text: str, name: str, operator: str | None = None) -> tuple[Notice, Digest]:
    """Return what `publish` does, of the *text* itself; *name* is what errors call it."""
    notice = parse(text, operator=operator, name=name)
    shipped = shipped_notice(notice.name)
    if notice.purpose != shipped.purpose or notice.covers != shipped.covers or notice.offered != shipped.offered:
        raise Unfit(f"notice `{notice.name}` asks something else than the pages do; keep its purpose, covers and controls")
    if notice.version <= shipped.version:
        raise Unfit(f"notice `{notice.name}` is version {notice.version}; other words take a version above {shipped.version}")
    if notice.screen is not None:
        raise Unfit("a notice from a file names no `screen`: what draws it is added when it is shown")
    with house.writing() as work:
        if notice.digest in house.past.invalid:
            raise Unfit(f"notice `{notice.digest[:12]}` was found unfair; write other words")
        for one in _versions(house, work.conn):
            if (one.name, one.version, one.screen) == (notice.name, notice.version, None) and one.digest != notice.digest:
                raise Unfit(f"notice `{notice.name}` has a version {notice.version} already; other words take a new version")
        return notice, show_notice(house, work, notice)


def asking(house: House, name: str, operator: str | None, screen: Digest | None) -> tuple[Notice, Digest]:
    """Return the version to ask with now and its digest, published: the newest that was not found unfair.

    Where every version was, the one that comes with sayso is returned all the same: a no can still be said on it.
    """
    with house.writing() as work:
        with_us = replace(shipped_notice(name, operator), screen=screen)
        for own in _own(house, work.conn, name):
            drawn = replace(own, screen=screen)
            if not {own.digest, drawn.digest} & set(house.past.invalid):
                return drawn, show_notice(house, work, drawn)
        return with_us, show_notice(house, work, with_us)


def _own(house: House, conn: Connection, name: str) -> list[Notice]:
    """Return the operator's own versions of *name*, the newest first."""
    found = [one for one in _versions(house, conn) if one.name == name and one.version is not None and one.screen is None]
    shipped = shipped_notice(name)
    newest = sorted(found, key=lambda one: -(one.version or 0))
    return [words(house, one) for one in newest if (one.version or 0) > shipped.version]


def invalidate(house: House, digest: str, why: str, *, by: str = "") -> Invalidated:
    """Return what followed from finding a notice unfair: every yes on it counts as never given. It cannot be taken back.

    In one transaction: the line, the next look at every conversation, and the recall from every release.
    """
    version, why = find(house, digest), _plain(why, "the reason")
    by = _plain(by, "who found it") if by else ""
    with house.writing() as work:
        if version.digest in house.past.invalid:
            raise Unfit(f"notice `{version.digest[:12]}` was found unfair already; nothing was changed")
        policy, answered = work.policy(), _answered(house, work.conn, version.digest)
        before = _answers(house.present(), answered)
        [entry] = work.record([NoticeInvalidated(at=work.at, notice=version.digest, why=why, by=by)])
        past = house.present()
        due = reschedule(house, work, [one for one in past.conversations() if one not in past.shredded], policy)
        rows = sum(one.added for one in recall_under(house, work, policy))
        return _told(version, before, _answers(past, answered), rows=rows, due=due, line=entry.seq)


def preview(house: House, digest: str) -> Invalidated:
    """Return what `invalidate` would do; nothing is written."""
    version, policy = find(house, digest), house.policy_in_force()
    with house.reading() as conn:
        answered, past = _answered(house, conn, version.digest), house.fold(conn)
    now = house.now()
    past.advance(now)
    before = _answers(past, answered)
    past.extend([NoticeInvalidated(at=now, notice=version.digest)])
    due = sum(ruled.due(now) for _, ruled in rulings(past, policy))
    rows = sum(would_withdraw(house, line, policy, past) for line in released(house))
    return _told(version, before, _answers(past, answered), rows=rows, due=due, line=None)


def _told(
    version: Version, before: dict[AccountId, Says], after: dict[AccountId, Says], *, rows: int, due: int, line: int | None
) -> Invalidated:
    return Invalidated(
        digest=version.digest,
        name=version.name,
        yeses=version.allowed,
        nos=version.refused,
        people=sum(before[one] != after[one] for one in before),
        rows=rows,
        due=due,
        line=line,
    )


def _answered(house: House, conn: Connection, digest: str) -> set[AccountId]:
    """Return the accounts that answered on the notice."""
    lines = (entry.line for entry in house.ledger.of_kind(conn, ChoiceMade))
    return {line.account for line in lines if isinstance(line, ChoiceMade) and line.notice == digest}


def _answers(past: History, accounts: set[AccountId]) -> dict[AccountId, Says]:
    """Return what each of *accounts* says now, as the account it has become part of."""
    return {one: tuple(past.answer(past.living(one), purpose) for purpose in past.purposes) for one in accounts}


def _versions(house: House, conn: Connection) -> list[Version]:
    found: dict[str, Version] = {}
    allowed: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for entry in house.ledger.of_kind(conn, NoticePublished, NoticeInvalidated, ChoiceMade):
        line = entry.line
        if isinstance(line, NoticePublished):
            known = found.get(line.notice) or Version(digest=line.notice, name=line.name, version=None)
            found[line.notice] = replace(known, name=line.name, published=known.published or line.at)
        elif isinstance(line, NoticeInvalidated):
            known = found.get(line.notice) or Version(digest=line.notice, name="", version=None)
            if known.invalid is None:
                found[line.notice] = replace(known, invalid=line.at, why=line.why, line=entry.seq)
        elif isinstance(line, ChoiceMade) and line.notice is not None:
            found.setdefault(line.notice, Version(digest=line.notice, name="", version=None))
            (allowed if line.say == "allow" else refused)[line.notice] += 1
    return [_read(house, replace(one, allowed=allowed[name], refused=refused[name])) for name, one in found.items()]


def _read(house: House, version: Version) -> Version:
    """Return *version* with what its file says, where it is here; the audit says so where it should be and is not."""
    try:
        notice = words(house, version)
    except SaysoError:
        return version
    return replace(version, version=notice.version, languages=notice.languages, screen=notice.screen)


def _plain(text: str, what: str) -> str:
    """Return *text* on one line; Unfit for none, and for more than anybody reads on a receipt."""
    line = " ".join(text.split())
    if not line or len(line) > WHY or not line.isprintable():
        raise Unfit(f"{what} is empty, longer than {WHY} signs or does not print; say it in one line without anybody's name")
    return line
