"""Signed links: how a host product hands its own login over, and how an officer gets in.

A link names an account by its pseudonym and what the bearer may be, ends soon, and enters once. Each kind is signed with
a key of its own, so that a host product that holds the persons' key cannot make an officer.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner, URLSafeTimedSerializer
from msgspec import Struct

from sayso.facts.errors import Refused, Unfit
from sayso.facts.instants import from_epoch
from sayso.facts.regions import REGIONS
from sayso.facts.words import UNKNOWN, AccountId

log = logging.getLogger("sayso.http")
Kind = Literal["person", "officer"]
KINDS: tuple[Kind, ...] = ("person", "officer")
PLACES = {
    "choice": "/me/choice",
    "signup": "/me/signup",
    "conversations": "/me/conversations",
    "history": "/me/history",
    "overview": "/officer",
}
LONGEST_MINUTES = 7 * 24 * 60
SHORTEST_KEY = 32
_LONGEST_TOKEN = 2_000
_SALT = "sayso.link/v1"


class Bearer(Struct, frozen=True, kw_only=True):
    """Who a link lets in, where to, and the link's own number, by which it enters only once."""

    account: AccountId
    kind: Kind
    to: str
    number: str
    ends: datetime
    region: str | None = None
    """Where the person lives, as the host claims; whatever it wrote is kept, and what no region is spelt like denies."""


class Clocked(TimestampSigner):
    """A signer that takes the time from the clock it is given, not from the machine's."""

    def __init__(self, *args: Any, now: Callable[[], datetime], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._now = now

    def get_timestamp(self) -> int:
        return int(self._now().timestamp())


def serializer(key: bytes, salt: str, now: Callable[[], datetime]) -> URLSafeTimedSerializer:
    """Return what signs and opens tokens with HMAC-SHA-256 under *key*, by the clock *now*."""
    return URLSafeTimedSerializer(
        key,
        salt=salt,
        signer=Clocked,
        signer_kwargs={"now": now, "digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )


def host_key(secret: bytes, kind: Kind = "person") -> bytes:
    """Return the key that makes links of one *kind*: the persons' key is the one to share with a host product.

    >>> host_key(b"s" * 32) == host_key(b"s" * 32, "officer")
    False
    """
    if len(secret) < SHORTEST_KEY:
        raise Unfit(f"the secret has {len(secret)} bytes; make one of {SHORTEST_KEY} at least")
    return hmac.new(secret, f"sayso/link/{kind}/v1".encode(), hashlib.sha256).digest()


def mint(
    secret: bytes,
    account: str,
    kind: Kind,
    *,
    at: datetime,
    base_url: str,
    minutes: int = 15,
    to: str = "choice",
    region: str | None = None,
) -> str:
    """Return a link that lets the bearer in as *account* until *minutes* after *at*, once; it claims they live in *region*.

    >>> link = mint(b"s" * 32, "a1", "person", at=datetime(2026, 11, 1, tzinfo=UTC), base_url="https://say.example")
    >>> link.split("?")[0]
    'https://say.example/enter'
    """
    if kind not in KINDS:
        raise Unfit(f"no kind `{str(kind)[:20]}`; name one of {', '.join(KINDS)}")
    return mint_with(host_key(secret, kind), account, kind, at=at, base_url=base_url, minutes=minutes, to=to, region=region)


def mint_with(
    key: bytes,
    account: str,
    kind: Kind = "person",
    *,
    at: datetime,
    base_url: str,
    minutes: int = 15,
    to: str = "choice",
    region: str | None = None,
) -> str:
    """Return the same link from a shared *key* (see `host_key`), for a host that does not hold the secret."""
    if at.tzinfo is None:
        raise Unfit("a link is made at an instant with a time zone")
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise Unfit(f"a link lives 1 to {LONGEST_MINUTES} minutes, not {minutes}")
    if to not in PLACES:
        raise Unfit(f"no place `{to[:20]}`; name one of {', '.join(PLACES)}")
    if not account or len(account) > 200 or not account.isprintable():
        raise Unfit("a link names an account by its pseudonym, of 1 to 200 signs")
    if region is not None and (region not in REGIONS or kind != "person"):
        raise Unfit(f"no region `{region[:20]}` of a person; write a country as US or DE, or one of EU, EEA, UK")
    claim = {} if region is None else {"r": region}
    payload = {"a": account, "k": kind, "m": minutes, "n": secrets.token_hex(8), "t": to, **claim}
    token = serializer(key, _SALT, lambda: at.astimezone(UTC)).dumps(payload)
    return f"{base_url.rstrip('/')}/enter?t={quote(token)}"


def open_link(secret: bytes, token: str, *, at: datetime) -> Bearer:
    """Return who the link's *token* lets in; Refused where it is not ours, was changed or has ended."""
    if len(token) > _LONGEST_TOKEN:
        raise Refused("this link is not ours; ask for a new one")
    for kind in KINDS:
        opener = serializer(host_key(secret, kind), _SALT, lambda: at)
        try:
            payload, signed = opener.loads(token, max_age=LONGEST_MINUTES * 60, return_timestamp=True)
        except SignatureExpired as error:
            if error.date_signed is not None and error.date_signed > at:
                log.warning(
                    "a link of the host is dated later than it is here; set the clocks, nobody gets in by its links until then"
                )
                raise Refused("this link is dated later than it is here; ask for a new one when the clocks are set") from None
            raise Refused("this link has ended; ask for a new one") from None
        except BadSignature:
            continue
        return _bearer(payload, kind, signed, at)
    raise Refused("this link is not ours; ask for a new one")


def _bearer(payload: Any, kind: Kind, signed: datetime, at: datetime) -> Bearer:
    """Return the bearer a signed *payload* names; the key decides the kind, the payload must agree."""
    match payload:
        case {"a": str(account), "k": str(named), "m": int(minutes), "n": str(number), "t": str(to)} if (named, to in PLACES) == (
            kind,
            True,
        ):
            ends = from_epoch(signed.timestamp() + min(minutes, LONGEST_MINUTES) * 60)
            if not ends > at:
                raise Refused("this link has ended; ask for a new one")
            claim = claimed(payload.get("r"))
            return Bearer(account=AccountId(account), kind=kind, to=PLACES[to], number=number, ends=ends, region=claim)
    raise Refused("this link is not ours; ask for a new one")


def claimed(told: object) -> str | None:
    """Return the region that a signed text claims, `None` where it claims none; what is no region is a claim of its own.

    >>> claimed("DE"), claimed(None), claimed("Atlantis"), claimed(7)
    ('DE', None, 'unknown', 'unknown')
    """
    if told is None:
        return None
    return told if isinstance(told, str) and told in REGIONS else UNKNOWN


class Spent:
    """The numbers of links that entered already, kept until they end anyway; forgets on restart.

    >>> spent = Spent()
    >>> soon = datetime(2026, 11, 1, tzinfo=UTC)
    >>> spent.enter("n1", ends=soon, at=soon), spent.enter("n1", ends=soon, at=soon)
    (True, False)
    """

    def __init__(self) -> None:
        self._ends: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def enter(self, number: str, *, ends: datetime, at: datetime) -> bool:
        """Return whether this is the first time *number* enters."""
        with self._lock:
            for old in [one for one, end in self._ends.items() if end < at]:
                del self._ends[old]
            if number in self._ends:
                return False
            self._ends[number] = ends
            return True
