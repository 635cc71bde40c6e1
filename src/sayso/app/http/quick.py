"""The plain press of an answer, understood without the page around it: who, what, and that it may be recorded.

Only what will be recorded as it is takes this way. Whatever is missing, wrong or out of the ordinary is `None` here and goes the
way of every other request, which looks at it from the beginning and says why; nothing is refused here, and no page is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from fastapi import HTTPException
from msgspec import Struct
from starlette.requests import cookie_parser

from sayso.app.http.answers import QUESTIONS, Asking, asking, plain, sent
from sayso.app.http.forms import assert_ours, fields
from sayso.app.http.gather import Handed
from sayso.app.http.guard import fenced_in
from sayso.app.http.sessions import same
from sayso.app.http.setting import Setting
from sayso.app.sent import fit
from sayso.app.views import PROMISE, Press, Sent, Where


class Counter(Protocol):
    """Where presses are handed in, and answered for once they are durable."""

    def at_hand(self, name: str) -> bool:
        """Whether the notice of that name can be asked for without waiting."""
        ...

    def promise_of(self, entry: Any) -> str | None:
        """What the header of the answer carries of the line it became: a signed promise, `None` where no log is published."""
        ...

    def choose_later(self, group: Sequence[Handed]) -> None:
        """Take all of *group* in, to be made together; of each is told, in another thread, once it is durable or was not made."""
        ...


class Understood(Struct, frozen=True):
    """A press, and the request it came by where it has a name."""

    press: Press
    sent: Sent | None


class Quick:
    """Understands plain presses, as `POST /me/choice` does, and spells what is answered to them."""

    def __init__(self, setting: Setting, counter: Counter) -> None:
        self.counter = counter
        self._setting = setting
        self._asked: dict[str, tuple[tuple[str, ...], Asking]] = {}
        made = fenced_in([(b"content-length", b"0"), (b"location", b"%b")], secure=setting.secure)
        self._head = b"".join(b"%b: %b\r\n" % one for one in made)
        self._before, _, self._after = self._head.partition(b"%b")

    def understand(self, headers: Mapping[str, str], body: bytes) -> Understood | None:
        """Return the press that a form with these *headers* (names in small letters) and this *body* is, if it is a plain one."""
        try:
            assert_ours(headers, self._setting.origin)
            form = fields(body)
        except HTTPException:
            return None
        sessions = self._setting.sessions
        session = sessions.read(cookie_parser(headers.get("cookie", "")).get(sessions.name, ""))
        if session is None or session.kind != "person" or not same(form.get("token", ""), session.form_token):
            return None
        language = form.get("language", "")
        questions = self._questions(language)
        on = None if questions is None else questions.named(form.get("notice", ""))
        if on is None or form.get("digest") != on.digest:
            return None
        key = headers.get("idempotency-key")
        if key is not None and not fit(key):
            return None
        answer = form.get("answer", "")
        where = Where(path="/me/choice", gpc=headers.get("sec-gpc") == "1", region=session.region)
        press = plain(on, answer, session.account, language, where)
        return None if press is None else Understood(press, sent(on, answer, language, key))

    def spelled(self, default: list[tuple[bytes, bytes]], seq: int, promised: str | None = None) -> bytes:
        """Return the answer to a press that became line *seq*: lead on to the page, as a redirection of the site does."""
        first = b"".join(b"%b: %b\r\n" % one for one in default)
        more = b"" if promised is None else b"%b: %b\r\n" % (PROMISE.encode(), promised.encode())
        return b"HTTP/1.1 303 See Other\r\n%b%b/me/choice?done=%d%b%b\r\n" % (first, self._before, seq, self._after, more)

    def _questions(self, language: str) -> Asking | None:
        """Return the questions of now in exactly this *language*, where they were asked before."""
        if not all(self.counter.at_hand(name) for name in QUESTIONS):
            return None
        # Others since: found unfair, published anew, or under another policy.
        now = tuple(self._setting.desk.notice(name)[1] for name in QUESTIONS)
        found = self._asked.get(language)
        if found is None or found[0] != now:
            asked = asking(self._setting.desk, language, self._setting.pages.spoken)
            if asked.language != language:
                return None
            found = self._asked[language] = (now, asked)
        return found[1]
