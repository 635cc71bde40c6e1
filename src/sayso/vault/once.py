"""What one question to the index answers, without anything to read before it: one statement, and on a server one trip.

So it needs no transaction around it to see one state: the row of the account is in the same answer as what it owns. The pseudonym
of a conversation is worked out from what is remembered of its account; where nothing is, the account is asked for first.
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, bindparam, func, select

from sayso.facts.words import AccountId, ConversationId
from sayso.vault import asking, directory, reading
from sayso.vault.asking import Question
from sayso.vault.blocks import Blocks
from sayso.vault.names import account_id
from sayso.vault.ring import Ring
from sayso.vault.tables import ACCOUNTS, CONVERSATIONS, sounding
from sayso.vault.values import Unsealed

MOST = 5000
"""Conversations that `page` asks for page by page; who has more is read in a transaction, some at a time."""
_C = CONVERSATIONS.c
_STATE, _NAME = list(_C.keys()).index("state"), list(_C.keys()).index("conversation")
_CHAT_AT = len(ACCOUNTS.columns)
_LEAVING = list(ACCOUNTS.c.keys()).index("leaving")
_check_account, _check_chat = sounding(ACCOUNTS), sounding(CONVERSATIONS)

_LOOK = Question(
    select(ACCOUNTS, CONVERSATIONS)
    .select_from(CONVERSATIONS.join(ACCOUNTS, ACCOUNTS.c.account == _C.account))
    .where(_C.conversation == bindparam("one"))
)
_OTHER = CONVERSATIONS.alias()
_NEWEST = (
    select(func.max(_OTHER.c.seq))
    .where(_OTHER.c.account == bindparam("one"), _OTHER.c.state == "live")
    .correlate(None)
    .scalar_subquery()
)
_NAMES = Question(
    select(ACCOUNTS, CONVERSATIONS)
    .select_from(CONVERSATIONS.outerjoin(ACCOUNTS, and_(ACCOUNTS.c.account == _C.account, _C.seq == _NEWEST)))
    .where(_C.account == bindparam("one"), _C.state == "live")
    .order_by(_C.seq.desc())
)
"""The account stands beside the newest alone: it is the same for all of them, and to carry it along costs as much as they do."""


class Once:
    """Reading what is shown, by one question each."""

    def __init__(self, ring: Ring, segments: Blocks) -> None:
        self._ring, self._segments = ring, segments

    def open(self, conn: Connection, account: str, source: str, external: str) -> list[bytes]:
        """Return the payloads of what *source* calls *external*, in order; refused and broken as `Vault.open` is."""
        return reading.open_all(conn, self._ring, self._segments, self._name(conn, account, source, external), hold=None)

    def shown(self, conn: Connection, account: str, source: str, external: str) -> bool:
        """Return whether there is such a conversation and its person is shown it: not deleted, nor destroyed."""
        rows = _LOOK.rows(conn, one=self._name(conn, account, source, external))
        if not rows:
            return False
        _check_account(rows[0][:_CHAT_AT])
        _check_chat(rows[0][_CHAT_AT:])
        return bool(rows[0][_CHAT_AT + _STATE] == "live" and rows[0][_LEAVING] != directory.DELETED)

    def page(self, conn: Connection, account: str) -> list[Unsealed] | None:
        """Return all that *account* is shown, opened, the newest first; `None` where only a transaction tells that at one instant.

        More than a page takes several questions. They have seen one state where nothing was committed meanwhile.
        """
        chats = self._ring.opened.chats
        mark = reading.mark_for(conn, chats, account)
        taken, below = reading.open_page(conn, self._ring, self._segments, account_id(account), mark=mark)
        if below is None:
            return list(taken)
        found = list(taken) if mark is not None else []
        while below is not None:
            if mark is None or len(found) >= MOST:
                return None
            taken, below = reading.open_page(conn, self._ring, self._segments, account, below)
            found += taken
        if asking.mark(conn) != mark:
            return None
        chats.keep_shown(account, mark, (one.conversation for one in found))
        return found

    def names(self, conn: Connection, account: AccountId) -> list[ConversationId]:
        """Return the names of all that *account* is shown, the newest sealed first."""
        chats = self._ring.opened.chats
        mark = reading.mark_for(conn, chats, account)
        known = chats.shown(account, mark)
        if known is not None:
            return [*map(ConversationId, known)]
        rows = _NAMES.rows(conn, one=account_id(account))
        if not rows or rows[0][0] is None or rows[0][_LEAVING] == directory.DELETED:
            return []
        _check_account(rows[0][:_CHAT_AT])
        found = []
        for values in rows:
            _check_chat(values[_CHAT_AT:])
            found.append(ConversationId(values[_CHAT_AT + _NAME]))
        chats.keep_shown(account, mark, found)
        return found

    def _name(self, conn: Connection, account: str, source: str, external: str) -> ConversationId:
        known = directory.remembered(self._ring, account, source, external)
        return known or directory.identify(conn, self._ring, account, source, external)
