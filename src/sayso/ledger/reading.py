"""What the lines of the ledger say, read by the index that fits the question. Nothing here writes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Connection, Select, func, or_, select

from sayso.facts.deeds import AnyLine
from sayso.facts.errors import Broken, Unfit
from sayso.facts.events import Event
from sayso.facts.history import History
from sayso.facts.instants import parse_instant
from sayso.facts.words import AccountId, ConversationId
from sayso.ledger import openings, spoken, tables
from sayso.ledger.entries import Entry, Written, spell
from sayso.ledger.parts import TOGETHER, answers_by_account, conversations_of, lines_of, marked, of_kinds, parts_of, reaching_all

BATCH = 2_000
"""Rows fetched at a time."""
_TAIL = "SELECT seq, recorded, type, body FROM ledger_events ORDER BY seq DESC LIMIT ?"


class Lines(ABC):
    """The lines as they are read; every question works in the transaction it is handed."""

    @abstractmethod
    def size(self, conn: Connection) -> int:
        """Return how many lines there are."""

    def entries(self, conn: Connection, *, after: int = 0, upto: int | None = None) -> Iterator[Entry]:
        """Yield the entries with a number above *after* and not above *upto*, in order; reads in batches."""
        query = select(tables.events).where(tables.events.c.seq > after)
        return self._read(conn, query if upto is None else query.where(tables.events.c.seq <= upto))

    def tail(self, conn: Connection, limit: int) -> list[Written]:
        """Return the last *limit* lines as they lie there, the newest first: one question, and nothing of them is checked."""
        return [Written(*row) for row in spoken.rows(conn, _TAIL, limit)]

    def entry(self, conn: Connection, seq: int) -> Entry:
        """Return the entry of that number; Unfit where there is none."""
        found = next(self._read(conn, select(tables.events).where(tables.events.c.seq == seq)), None)
        if found is None:
            raise Unfit(f"no ledger line {seq}; lines are numbered from 1")
        return found

    def entries_of(
        self, conn: Connection, *types: str, after: int = 0, upto: int | None = None, limit: int | None = None
    ) -> Iterator[Entry]:
        """Yield the entries of the kinds *types*, by the names lines carry under `type`, such as `released`, in order."""
        query = select(tables.events).where(tables.events.c.type.in_(types), tables.events.c.seq > after)
        return self._read(conn, query if upto is None else query.where(tables.events.c.seq <= upto), limit)

    def of_kind(
        self, conn: Connection, *kinds: type[Event], after: int = 0, upto: int | None = None, limit: int | None = None
    ) -> Iterator[Entry]:
        """Yield the entries whose line is one of *kinds*, such as `Released`, numbered above *after* and not above *upto*, in
        order; *limit* is the most of them."""
        types = (str(kind.__struct_config__.tag) for kind in kinds)
        return self.entries_of(conn, *types, after=after, upto=upto, limit=limit)

    def count_of(self, conn: Connection, kind: type[Event], *, after: int = 0, most: int) -> int:
        """Return how many lines of that *kind* are numbered above *after*, at most *most*; none of them is read."""
        table, tag = tables.events, str(kind.__struct_config__.tag)
        found = select(table.c.seq).where(table.c.type == tag, table.c.seq > after).limit(most).subquery()
        return int(conn.execute(select(func.count()).select_from(found)).scalar() or 0)

    def recorded_before(self, conn: Connection, at: datetime) -> int:
        """Return the number of the last line recorded before *at*, 0 for none; some thirty look-ups, since that never runs back."""
        low, high, wanted = 0, self.size(conn), spell(at)
        while low < high:
            middle = (low + high + 1) // 2
            told = conn.execute(select(tables.events.c.recorded).where(tables.events.c.seq == middle)).scalar()
            low, high = (middle, high) if told is not None and told < wanted else (low, middle - 1)
        return low

    def last_of(self, conn: Connection, kind: type[Event]) -> Entry | None:
        """Return the newest entry of that *kind*, or `None`; it costs the same however many there are."""
        table = tables.events
        newest = select(table.c.seq).where(table.c.type == str(kind.__struct_config__.tag)).order_by(table.c.seq.desc()).limit(1)
        seq = conn.execute(newest).scalar()
        return None if seq is None else self.entry(conn, seq)

    def newest(self, conn: Connection, *kinds: type[Event], before: int | None = None, limit: int) -> list[Entry]:
        """Return the last *limit* entries of *kinds*, numbered below *before* where that is given, the newest first."""
        table = tables.events
        types = [str(kind.__struct_config__.tag) for kind in kinds]
        query = select(table.c.seq).where(table.c.type.in_(types))
        query = query if before is None else query.where(table.c.seq < before)
        numbers = conn.execute(query.order_by(table.c.seq.desc()).limit(limit)).scalars().all()
        found = [one for part in parts_of(numbers) for one in self._read(conn, select(table).where(table.c.seq.in_(part)))]
        return sorted(found, key=lambda entry: -entry.seq)

    def of_conversation(self, conn: Connection, conversation: ConversationId) -> Iterator[Entry]:
        """Yield the entries whose line names *conversation*, in order."""
        return self._read(conn, select(tables.events).where(tables.events.c.conversation == conversation))

    def of_account(self, conn: Connection, account: AccountId, types: Collection[str] | None = None) -> Iterator[Entry]:
        """Yield the entries whose line names *account*, in order; with *types*, only those kinds, such as `["choice"]`."""
        query = select(tables.events).where(tables.events.c.account == account)
        if types is None:
            return self._read(conn, query)
        if not TOGETHER.intersection(types):  # the index has an account's own lines before all that name a conversation too
            query = query.where(tables.events.c.conversation.is_(None))
        return self._read(conn, query.where(of_kinds(types)))

    def about(self, conn: Connection, accounts: Collection[str], *, after: int = 0, limit: int) -> list[Entry]:
        """Return at most *limit* lines after number *after* that name one of *accounts* or a conversation sealed for it."""
        table = tables.events
        theirs = select(table.c.conversation).where(table.c.account.in_(accounts), of_kinds(["sealed"]))
        named = or_(table.c.account.in_(accounts), table.c.conversation.in_(theirs))
        return list(self._read(conn, select(table).where(table.c.seq > after, named), limit))

    def conversations_of(self, conn: Connection, account: AccountId, *, after: str = "", limit: int) -> list[ConversationId]:
        """Return at most *limit* conversations that *account* began or took part in, by name, after *after*: read from an index."""
        return conversations_of(conn, account, after, limit)

    def marked(self, conn: Connection, accounts: Collection[AccountId], limit: int) -> list[ConversationId]:
        """Return at most *limit* conversations sealed for *accounts* that were ever flagged or given feedback on."""
        return marked(conn, accounts, limit)

    def about_conversation(self, conn: Connection, conversation: str, types: Collection[str]) -> list[Entry]:
        """Return the lines of the kinds *types* that name *conversation*, in order."""
        table = tables.events
        return list(self._read(conn, select(table).where(table.c.conversation == conversation, of_kinds(types))))

    def about_conversations(self, conn: Connection, conversations: Collection[str], types: Collection[str]) -> Iterator[Entry]:
        """Yield the lines of the kinds *types* that name one of *conversations*: some hundreds of those at a time, not each."""
        table = tables.events
        for part in parts_of(conversations):
            yield from self._read(conn, select(table).where(table.c.conversation.in_(part), of_kinds(types)))

    def history(self, conn: Connection, at: datetime | None = None, upto: int | None = None) -> History:
        """Return the facts up to the instant *at* and up to line *upto*, folded."""
        table = tables.events
        query = select(table.c.seq, table.c.body, table.c.type, table.c.recorded).order_by(table.c.seq)
        if at is not None:
            # Later turns are read too: they count for nothing, but they keep their place in their conversation.
            query = query.where(or_(tables.events.c.at <= spell(parse_instant(at)), tables.events.c.type == "turn"))
        if upto is not None:
            query = query.where(tables.events.c.seq <= upto)
        rows = conn.execute(query.execution_options(yield_per=BATCH))
        return History((openings.read(row.body, row.seq, row.type, row.recorded) for row in rows), at)

    def history_of(
        self,
        conn: Connection,
        conversations: Collection[ConversationId],
        accounts: Collection[AccountId] = (),
        upto: int | None = None,
    ) -> History:
        """Return the facts up to line *upto* that decide about *conversations* and *accounts*: read by index, and folded.

        Asked about one of them it answers as `history` would; about any other it knows nothing, or not all.
        """
        return History(lines_of(conn, conversations, accounts, upto))

    def answers(self, conn: Connection, upto: int) -> Iterator[tuple[AccountId, list[tuple[int, AnyLine]]]]:
        """Yield, account by account, the numbered lines up to *upto* that say what it answered; holds one account at a time."""
        return answers_by_account(conn, upto)

    def reaching_all(self, conn: Connection, upto: int) -> list[tuple[int, AnyLine]]:
        """Return, numbered, the lines up to *upto* that may change what anybody is taken to have answered."""
        return reaching_all(conn, upto)

    def _read(self, conn: Connection, query: Select[tuple[object, ...]], limit: int | None = None) -> Iterator[Entry]:
        # Bounded by what there is now: who appends while reading does not read what they append.
        query = query.where(tables.events.c.seq <= self.size(conn)).order_by(tables.events.c.seq).limit(limit)
        for row in conn.execute(query.execution_options(yield_per=BATCH)):
            if not all(isinstance(part, bytes) for part in (row.body, row.salt, row.leaf)):
                raise Broken(f"ledger line {row.seq} is not stored as bytes; run `sayso audit`")
            recorded = parse_instant(row.recorded, what=f"ledger line {row.seq}: recorded")
            yield Entry(row.seq, recorded, openings.read(row.body, row.seq, row.type, row.recorded), row.salt, row.leaf)
