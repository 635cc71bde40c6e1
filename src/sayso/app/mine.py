"""A person's own conversations as they see them: a page of them, one, what was announced, what is held, where it went.

A page costs what it shows. What a filter or a search looks through is bounded too: it says how far it came, and goes on from there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from heapq import nsmallest

from msgspec.structs import replace
from sqlalchemy import Connection

from sayso.app.counted import turned_by
from sayso.app.house import House
from sayso.app.jobs import holds
from sayso.app.views import ConversationView, EndView, Find, HeldView, PageOf, WentView
from sayso.app.whereabouts import Went, Whereabouts
from sayso.facts.errors import Refused, SaysoError
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import AccountId, ConversationId
from sayso.policy import decide
from sayso.vault import State, Stored, payload

LOOK = 1_000
"""Conversations that one page of a filter looks through at most."""
OPEN = 500
"""Conversations whose titles one page of a search opens at most; it says how many and back to which day, and goes on from there."""
RULE = 500
"""Conversations that one page of a filter rules on at most: to rule on one costs more than to look at its title."""
WEIGH = 8_000_000
"""Bytes of sealed words after which a search pauses too, however few conversations they are."""
BATCH = 200
COUNTED = 1_000
"""Up to so many conversations are counted exactly; of more, a page says only which days it shows."""


class Mine:
    """What the persons of *house* see of their own conversations."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.where = Whereabouts(house)
        self._held: tuple[tuple[AccountId, int] | None, dict[str, int]] = (None, {})

    def page(self, account: AccountId, find: Find) -> PageOf:
        """Return the conversations that *find* asks for, the latest first, and where to go on."""
        house, past, policy = self._house, self._house.present(), self._house.policy_in_force()
        states: tuple[State, ...] = ("hidden",) if find.show == "deleted" else ("live", "hidden")
        accounts, sifts = past.owned.behind(account, past.living), find.show not in ("all", "deleted") or bool(find.words)
        shown: list[tuple[Standing, Ruling]] = []
        at, looked, ruled_on, weighed, ended, most = find.before, 0, 0, 0, False, min(OPEN, LOOK) if find.words else LOOK
        with house.reading() as conn:
            while not ended and len(shown) < find.limit and looked < most and ruled_on < RULE and weighed < WEIGH:
                many = min(BATCH, most - looked) if sifts else find.limit + 1
                rows = house.vault.of_dates(
                    conn, accounts, before=at, since=find.since, until=find.until, states=states, limit=many
                )
                ended = len(rows) < many
                weighed += sum(row.bytes for row in rows) if find.words else 0
                fitting = self._titled(conn, rows, find.words) if find.words else None
                for row in rows:
                    if len(shown) == find.limit or ruled_on == RULE:
                        ended = False
                        break
                    looked += 1
                    at = (row.ended_at, row.conversation) if row.ended_at is not None else at
                    if row.conversation in past.shredded or (fitting is not None and row.conversation not in fitting):
                        continue
                    ruled_on += 1
                    whole = past.standing(row.conversation)
                    standing = holds.seen_by_person(house, whole)
                    if not _fits(find.show, standing) or (standing is not whole and holds.untold(house, whole, policy)):
                        continue
                    ruled = decide(policy, standing, standing.at)
                    if _used_as(find.show, ruled):
                        shown.append((standing, ruled))
        items = self._views(shown)
        total = None if sifts or find.narrowed else self.count(account)
        return PageOf(items=tuple(items), total=total, more=None if ended else at, looked=looked if sifts else 0)

    def count(self, account: AccountId) -> int | None:
        """Return how many conversations the person sees, `None` for more than `COUNTED`."""
        house, past = self._house, self._house.present()
        mine = [one for one in past.of_account(account) if one not in past.shredded]
        if len(mine) > COUNTED:
            return None
        if not any(placed.silent for placed in past.holds().values()):
            return len(mine)
        policy = house.policy_in_force()
        return sum(not holds.untold(house, past.standing(one), policy) for one in mine)

    def one(self, account: AccountId, conversation: ConversationId) -> ConversationView:
        """Return one conversation of the account with all that counted; another's is as unknown as none."""
        house, past, policy = self._house, self._house.present(), self._house.policy_in_force()
        if conversation not in past or past.owner(conversation) != account or conversation in past.shredded:
            raise Refused("no such conversation")
        standing = past.standing(conversation)
        if holds.untold(house, standing, policy):
            raise Refused("no such conversation")
        told = holds.seen_by_person(house, standing)
        (view,) = self._views([(told, decide(policy, told, told.at))])
        # A deletion cannot be undone for ever, so what would have been without it is of no use to anybody.
        return view if view.deleted_at is not None else replace(view, why=turned_by(policy, standing, view.ruling))

    def announced(self, account: AccountId, most: int) -> list[EndView]:
        """Return at most *most* of the ends that were announced to *account* and still hold, the first day first."""
        past, policy = self._house.present(), self._house.policy_in_force()
        told = past.endings.announced
        mine = [one for one in past.of_account(account) if one in told and one not in past.shredded] if told else []
        found: list[EndView] = []
        # The day that was named is the day that is shown, so the first ones can be picked before anything is ruled.
        for one in nsmallest(LOOK, mine, key=lambda one: (told[one].until, one)):
            if len(found) == most:
                break
            standing = holds.seen_by_person(self._house, past.standing(one))
            ruled = decide(policy, standing, standing.at)
            line = past.endings.told(standing, ruled)
            if line is not None:
                texts = {reason.because.row: reason.because.text for reason in ruled.reasons}
                found.append(EndView(conversation=one, day=line.until, why=texts.get(line.why, line.why)))
        return found

    def held(self, account: AccountId) -> list[HeldView]:
        """Return each order its person may be told of, how many of their conversations it keeps, and since when it stands."""
        past = self._house.present()
        placed = past.holds()
        if not placed:
            return []
        with self._house.reading() as conn:
            known = (account, self._house.ledger.size(conn))
            if self._held[0] != known:  # it asks after each conversation of the account: not twice while nothing was recorded
                self._held = known, self._house.vault.held_of(conn, past.owned.behind(account, past.living))
        kept = self._held[1]
        return [
            HeldView(matter=line.matter, conversations=kept[name], since=line.at)
            for name, line in sorted(placed.items(), key=lambda one: one[1].at)
            if name in kept and not line.silent
        ]

    def went(self, account: AccountId) -> list[WentView]:
        """Return every release, newest first: how much of the account is in it and was withdrawn, and the runs that read it."""
        found, runs = self.where.counts(self._house.present().of_account(account)), self.where.runs()
        return [
            WentView(
                release=line.release,
                purpose=line.purpose,
                built_at=line.at,
                still=found.get(line.release, (0, 0))[0],
                withdrawn=found.get(line.release, (0, 0))[1],
                runs=tuple(runs.get(line.release, ())),
            )
            for line in reversed(self.where.releases())
        ]

    def _titled(self, conn: Connection, rows: list[Stored], words: str) -> set[ConversationId]:
        """Return which of *rows* have a title with every word of *words* in it, however it is written."""
        wanted = plain(words).split()
        opened = self._house.vault.heads(conn, [one.conversation for one in rows if one.state == "live"])
        return {one for one, raw in opened.items() if all(word in plain(_title(raw)) for word in wanted)}

    def _views(self, shown: list[tuple[Standing, Ruling]]) -> Iterator[ConversationView]:
        """Yield what their owner sees of conversations, with one question to the index for all titles."""
        past = self._house.present()
        names = [standing.conversation for standing, _ in shown]
        with self._house.reading() as conn:
            opened = self._house.vault.heads(conn, names)
        where = self.where.of(frozenset(names)) if names else []
        for standing, ruled in shown:
            told = past.endings.told(standing, ruled)
            yield ConversationView(
                conversation=standing.conversation,
                account=past.living(standing.account),
                title=_title(opened[standing.conversation]) if standing.conversation in opened else "",
                began_at=min(one.began_at for one in standing.stretches),
                last_turn_at=standing.last_turn_at or standing.at,
                turns=sum(one.last - one.first + 1 for one in standing.stretches),
                surface=standing.stretches[-1].surface,
                private=standing.private is True,
                imported=any(one.imported for one in standing.stretches),
                deleted_at=standing.deleted_at,
                held=bool(standing.holds),
                ruling=ruled,
                announced=told.until if told is not None else None,
                releases=_named(where, standing.conversation, withdrawn=False),
                withdrawn_from=_named(where, standing.conversation, withdrawn=True),
            )


def plain(text: str) -> str:
    """Return *text* as it is compared: without regard to letter case, and to which of two spellings of one sign was used.

    >>> plain("STRASSE") == plain("Straße")
    True
    """
    return unicodedata.normalize("NFKC", text).casefold()


def _used_as(show: str, ruled: Ruling) -> bool:
    """Return whether *ruled* fits a filter that asks for use; every other filter fits."""
    return show not in ("used", "unused") or any(ruled.may(purpose) for purpose in ruled.use) == (show == "used")


def _fits(show: str, standing: Standing) -> bool:
    """Return whether *standing* fits a filter that asks for facts alone, before anything is ruled."""
    match show:
        case "imported":
            return any(one.imported for one in standing.stretches)
        case "private":
            return standing.private is True
        case "held":
            return bool(standing.holds)
        case _:
            return True


def _title(raw: bytes) -> str:
    try:
        return payload.decode(raw).header.title or ""
    except SaysoError:
        return ""


def _named(where: list[Went], conversation: ConversationId, *, withdrawn: bool) -> tuple[str, ...]:
    return tuple(one.line.release for one in where if conversation in (one.withdrawn if withdrawn else one.still))
