"""How requests come off the wire: a plain press of an answer by the short way, everything else by uvicorn's own.

A press is recognised only where it stands there whole, in the one spelling that browsers and our clients use. Whatever could be
read in two ways (a name twice, a length that is none, an encoding, half a line) is handed on byte by byte to the full parser.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import deque
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

import h11
from msgspec import Struct
from uvicorn.protocols.http.h11_impl import H11Protocol

from sayso.app.http.gather import Gathering, Told
from sayso.app.http.guard import BODY_LIMIT, FAILED
from sayso.app.http.quick import Counter, Quick
from sayso.app.http.setting import Setting
from sayso.facts.errors import Refused, Unfit

log = logging.getLogger("sayso.http")
START = b"POST /me/choice HTTP/1.1\r\n"
HEAD_LIMIT = 16_384
HELD_LIMIT = 65_536
"""Bytes kept of what a client sends before it was answered, until it is made to wait."""
_LINE = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([!-~](?:[ \t!-~]*[!-~])?)[ \t]*")
_ELSEWHERE = frozenset({"transfer-encoding", "expect", "upgrade", "te", "trailer", "content-encoding", "http2-settings"})


class Whole(Struct, frozen=True):
    """A request that can be read in one way only: headers by name in small letters, and as much of its body as is there."""

    headers: Mapping[str, str]
    body: bytes
    length: int


def read(data: bytes) -> Whole | None:
    """Return the press that *data* begins with, once its head is there and plain; its body may be on its way.

    >>> read(b"POST /me/choice HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 2\\r\\n\\r\\na=").body
    b'a='
    >>> read(b"POST /me/choice HTTP/1.1\\r\\nHost: a\\r\\nHost: b\\r\\nContent-Length: 2\\r\\n\\r\\na=") is None
    True
    """
    end = data.find(b"\r\n\r\n", len(START) - 2, HEAD_LIMIT) if data.startswith(START) else -1
    if end < len(START):
        return None
    headers: dict[str, str] = {}
    try:
        lines = data[len(START) : end].decode("ascii").split("\r\n")
    except UnicodeDecodeError:
        return None
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None or (name := found[1].lower()) in headers or name in _ELSEWHERE:
            return None
        headers[name] = found[2]
    length = headers.get("content-length", "")
    if "host" not in headers or not (length.isdigit() and len(length) <= 5 and int(length) <= BODY_LIMIT):
        return None
    if headers.get("connection", "keep-alive").lower() != "keep-alive":
        return None
    return Whole(headers, data[end + 4 :], int(length))


class Answers:
    """Brings what the commits tell in their own thread to the loop that writes it out; wakes the loop once for many."""

    def __init__(self, gathering: Gathering) -> None:
        self._gathering = gathering
        self._told: deque[tuple[QuickProtocol, Told]] = deque()
        self._guard = threading.Lock()
        self._woken = False

    def tell(self, wire: QuickProtocol, told: Told) -> None:
        """Have *wire* answer what it is told, soon."""
        self._told.append((wire, told))
        with self._guard:
            if self._woken:
                return
            self._woken = True
        try:
            wire.loop.call_soon_threadsafe(self._deliver)
        except RuntimeError:
            return  # the loop is closed: whoever waited is gone, what is durable stays so

    def _deliver(self) -> None:
        with self._guard:
            self._woken = False
        while self._told:
            wire, told = self._told.popleft()
            self._gathering.answered(wire.loop)
            try:
                wire.answered(told)
            except Exception as error:  # noqa: BLE001  # the others who were answered must hear of it all the same
                log.error("an answer could not be written: %s", type(error).__name__)
                wire.transport.abort()


class QuickProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, with a short way for plain presses."""

    quick: ClassVar[Quick]
    answers: ClassVar[Answers]
    gathering: ClassVar[Gathering]

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._pressed = b""
        """The press that waits for its commit, as it came."""
        self._held = b""
        """What came after it, or the beginning of one whose body is on its way."""
        self._last = False
        """Whether the connection ends with the next answer."""

    def data_received(self, data: bytes) -> None:
        """Take in *data*: a plain press goes the short way, everything else the long one."""
        data, self._held = self._held + data, b""
        if self._pressed:
            self._held = data
            if len(data) > HELD_LIMIT:
                self.transport.pause_reading()
            return
        whole = read(data) if self._idle() else None
        if whole is not None and len(whole.body) < whole.length:
            self._unset_keepalive_if_required()
            self._held = data
            return
        if whole is not None and len(whole.body) == whole.length and self._press(whole, data):
            return
        super().data_received(data)

    def answered(self, told: Told) -> None:
        """Write out what became of the press that waits here."""
        data, self._pressed = self._pressed, b""
        if self.transport.is_closing():
            return
        if told.error is None:
            entry = told.answer()
            promised = self.quick.counter.promise_of(entry)
            self.transport.write(self.quick.spelled(self.server_state.default_headers, entry.seq, promised))
            self.server_state.total_requests += 1
            if self._last:
                self.transport.close()
                return
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)
        else:
            self._long_way(data, told.error)
        held, self._held = self._held, b""
        if held:
            self.transport.resume_reading()
            self.data_received(held)

    def shutdown(self) -> None:
        """End the connection, once what waits is answered."""
        if self._pressed:
            self._last = True
        else:
            super().shutdown()

    def _long_way(self, data: bytes, error: BaseException) -> None:
        """Hand on a press that was not made, to be told why; one that may have been made is not tried again."""
        before = self.app_state
        if not isinstance(error, Refused | Unfit):
            self.app_state = {**before, FAILED: error}
        super().data_received(data)
        self.app_state = before
        if self._last:
            super().shutdown()

    def _press(self, whole: Whole, data: bytes) -> bool:
        """Hand in the press, if it is understood."""
        understood = self.quick.understand(whole.headers, whole.body)
        if understood is None:
            return False
        self._unset_keepalive_if_required()
        self._pressed = data
        self.gathering.take(self.loop, (understood.press, understood.sent, partial(self.answers.tell, self)))
        return True

    def _idle(self) -> bool:
        """Return whether nothing is under way on this connection, and nothing limits how many there are."""
        return (
            (self.cycle is None or self.cycle.response_complete)
            and self.conn.our_state is h11.IDLE
            and self.conn.their_state is h11.IDLE
            and not self.conn.trailing_data[0]
            and self.limit_concurrency is None
            and not self.transport.is_closing()
        )


def protocol(setting: Setting, counter: Counter) -> type[QuickProtocol]:
    """Return the protocol that serves the site of *setting* and hands its presses in at *counter*."""
    gathering = Gathering(counter.choose_later)
    made = {"quick": Quick(setting, counter), "answers": Answers(gathering), "gathering": gathering}
    return type("QuickProtocol", (QuickProtocol,), made)
