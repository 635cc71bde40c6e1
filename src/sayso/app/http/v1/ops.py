"""The operations of the API, declared one by one: address, right, what comes in and goes out. Routes and description come of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar, cast

from msgspec import Meta, Struct

from sayso.app.grants import Scope, ServiceKey
from sayso.app.hosts import HostDesk
from sayso.app.http.setting import Setting
from sayso.app.http.v1.cursors import cursor, place
from sayso.app.http.v1.problems import Failure
from sayso.facts.errors import Refused
from sayso.facts.words import AccountId, ConversationId

Method = Literal["GET", "POST", "PUT", "DELETE"]
Right = Scope | Literal["any", "anyone"]
Q = TypeVar("Q", bound=Struct)
B = TypeVar("B", bound=Struct)
T = TypeVar("T")
At = Annotated[datetime, Meta(tz=True)]
"""An instant with its time zone."""
SMALL, LARGE = 16_384, 1 << 20
JSON, ZIP, TEXT = "application/json", "application/zip", "text/plain; charset=utf-8"


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """No query, or no body."""


class Paged(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which page of a list, and how long it may be."""

    limit: Annotated[int, Meta(ge=1, le=200, description="How many at most.")] = 50
    cursor: Annotated[str, Meta(max_length=1_000, description="`next` of the page before; empty for the first page.")] = ""


class Page(Struct, Generic[T], frozen=True, kw_only=True):
    """Some of a list, and the cursor of what follows: `null` at the end. What is added meanwhile moves nothing."""

    items: tuple[T, ...]
    next: str | None = None


class Call(Struct, Generic[Q, B], frozen=True, kw_only=True):
    """One request, read: who asks, what the address names, the query, the body."""

    of: str
    setting: Setting
    key: ServiceKey | None
    path: Mapping[str, str]
    query: Q
    body: B
    once: str | None
    gpc: bool | None
    """Whether `Sec-GPC: 1` was sent; nothing was where it was not, since the sender is no browser."""

    @property
    def hosts(self) -> HostDesk:
        """The desk of the services; 404 where there is none."""
        found = self.setting.desk.hosts
        if found is None:
            raise Failure("not-found")
        return found

    @property
    def by(self) -> str:
        """Who asks, as the ledger names them."""
        return f"service {self.key.name}" if self.key is not None else ""

    @property
    def account(self) -> AccountId:
        """The account the address names."""
        return AccountId(self.path["account"])

    @property
    def conversation(self) -> ConversationId:
        """The conversation the address names."""
        return ConversationId(self.path["conversation"])

    def after(self, kind: Any) -> Any:
        """Return the place this page begins behind, `None` for the first."""
        text = getattr(self.query, "cursor", "")
        return place(self.setting.secret, self.of, self._filter(), text, kind) if text else None

    def next(self, behind: Any) -> str | None:
        """Return the cursor for what lies behind *behind*; `None` where that is the end."""
        return None if behind is None else cursor(self.setting.secret, self.of, self._filter(), behind)

    def _filter(self) -> dict[str, Any]:
        asked = {name: getattr(self.query, name) for name in self.query.__struct_fields__ if name not in ("limit", "cursor")}
        return {**self.path, **asked}


class Reply(Struct, frozen=True, kw_only=True):
    """An answer that differs from the declared: another status, another kind of body, more headers."""

    value: Any = None
    status: int | None = None
    headers: Mapping[str, str] = {}


class Op(Struct, frozen=True, kw_only=True):
    """One operation. *gives* is the type of the answer; *media* another kind than JSON; *limit* how many bytes may come in.

    *guarded* ones ask for the tag of what was read at the same address; *secret* answers are not kept for who asks twice.
    """

    method: Method
    path: str
    right: Right
    tag: str
    name: str
    summary: str
    handle: Callable[[Call[Any, Any]], Any]
    query: type[Struct] = Nothing
    body: type[Struct] = Nothing
    gives: Any = None
    status: int = 200
    also: tuple[int, ...] = ()
    media: str = JSON
    limit: int = SMALL
    guarded: bool = False
    secret: bool = False
    reads: bool = False
    """Whether it changes nothing, though it is sent with a body."""
    problems: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether something is different afterwards."""
        return self.method != "GET" and not self.reads


class Room:
    """The operations of one part of the API, in the order they are declared."""

    def __init__(self, tag: str, about: str) -> None:
        self.tag, self.about = tag, about
        self.ops: list[Op] = []

    def op(self, method: Method, path: str, right: Right, **more: Any) -> Callable[[Callable[[Call[Any, Any]], Any]], Any]:
        """Declare the function below as what answers *method* at *path*, for who has *right*; its docstring is the summary."""

        def declare(handle: Callable[[Call[Any, Any]], Any]) -> Callable[[Call[Any, Any]], Any]:
            summary = " ".join(cast(str, inspect.getdoc(handle)).split())
            name = handle.__name__
            self.ops.append(
                Op(method=method, path=f"/v1{path}", right=right, tag=self.tag, name=name, summary=summary, handle=handle, **more)
            )
            return handle

        return declare


def known(ask: Callable[[], T]) -> T:
    """Return what *ask* gives; what is refused is not there, for who asks: somebody else's looks like none at all."""
    try:
        return ask()
    except Refused:
        raise Failure("not-found") from None
