"""Who works here and with what rights: officers and their roles, services and the scopes of their keys.

One line per change in a file beside the keys, so that a right is given and taken while the pages run, and so that no older copy
of the data brings a right back that was taken. Whoever can write there can use the keys as well.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import re
import secrets
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from sayso.facts.errors import Broken, Unfit

FILE = "grants.jsonl"
Role = Literal["read", "operate", "hold", "approve", "audit"]
ROLES: tuple[Role, ...] = ("read", "operate", "hold", "approve", "audit")
Scope = Literal[
    "count", "link", "people", "chats", "words", "choose", "ask", "publish", "decide", "takeout", "hold", "retain", "release",
    "run", "policy", "request", "answer",
    "prove", "watch", "keys",
]  # fmt: skip
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a service may do: see counts of everything; make links that let a person in; and one word for each room of the API."""
MEANT: dict[Scope, str] = {
    "count": "see counts of everything",
    "link": "make links that let a person in",
    "people": "enrol accounts, tell their facts, delete them and take that back",
    "chats": "append, list, delete conversations and take that back, without reading a word",
    "words": "read the words of conversations; each reading is recorded",
    "choose": "record choices, read them with receipts and promises",
    "ask": "read the questions and the notices",
    "publish": "publish notices",
    "decide": "ask whether a conversation may be used",
    "takeout": "fetch what a person takes along",
    "hold": "place, list and end holds, also silent ones",
    "retain": "see what ends, set notice periods, start and stop sweeps",
    "release": "list releases and recall from them",
    "run": "note which training runs read a release, and that they take in what was withdrawn",
    "policy": "read the policy in force, and have a text checked; it changes nothing",
    "request": "note what people ask for by law, and see it with its deadlines",
    "answer": "extend requests, and note that they were answered",
    "prove": "get proofs and certificates about one person, which hold that person's secret",
    "watch": "see the log's health and its checkpoint, make audits",
    "keys": "make keys with its own scopes, list and revoke keys",
}
"""Each scope in words."""
GUEST = "oidc-"
"""So begin the names of officers whom a provider signs in (docs/officers.md); nobody is given one by hand."""
VISIT = timedelta(hours=1)
"""So long what a provider gave holds: what was taken from somebody there reaches us when they sign in next."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_GUEST = re.compile(GUEST + "[0-9a-f]{16}")
_KEY = re.compile(r"sayso_([0-9a-f]{12})_([0-9a-f]{64})")


class Officer(Struct, frozen=True, kw_only=True):
    """Somebody who works here, and as what; every role may read the counts."""

    name: str
    roles: frozenset[Role]
    since: datetime
    named: datetime
    """Since when this name is theirs without a break; other roles leave it as it is."""


class Guest(Struct, frozen=True, kw_only=True):
    """An officer whom a provider signed in: their id there, the roles it gave last and when, and whether they were ended."""

    name: str
    subject: str
    roles: frozenset[Role]
    seen: datetime
    ended: datetime | None = None
    """When they were ended last: no visit that began before goes on, also once they are taken back."""
    out: bool = False
    issuer: str = ""
    """The provider they came from last; empty where an older version signed them in."""


class Bound(Struct, frozen=True, kw_only=True):
    """Whom the operator says that a name of the provider belongs to: the officer named here, or nobody who was named up to then."""

    officer: str
    at: datetime


class ServiceKey(Struct, frozen=True, kw_only=True):
    """A key of a service: what it may do, and the hash of its secret, which is nowhere else."""

    id: str
    name: str
    scopes: frozenset[Scope]
    hash: str
    since: datetime
    revoked: datetime | None = None


class Host(Struct, frozen=True, kw_only=True):
    """A client of the issuer of access tokens that was ended here: when last, and whether it is out."""

    name: str
    ended: datetime
    """No token that was made before goes on, also once it is taken back."""
    out: bool = True


class Granted(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line of the file: what was given or taken, when, and why."""

    at: datetime
    what: Literal["officer", "officer ended", "officer signed in", "officer taken back", "key", "key revoked",
                  "host ended", "host taken back", "token ended", "officer bound"]  # fmt: skip
    name: str
    id: str = ""
    rights: tuple[str, ...] = ()
    hash: str = ""
    why: str = ""
    issuer: str = ""


class State(Struct, frozen=True, kw_only=True):
    """What the lines add up to."""

    officers: Mapping[str, Officer] = {}
    keys: Mapping[str, ServiceKey] = {}
    guests: Mapping[str, Guest] = {}
    bound: Mapping[str, Bound] = {}
    """By name of the provider."""
    hosts: Mapping[str, Host] = {}
    """By client: those that were ended here; any other comes in while its issuer says so."""
    tokens: frozenset[str] = frozenset()
    """Numbers of tokens (`jti`) that were ended by themselves."""


class Grants:
    """The file in one folder of keys. Read anew whenever it changed; one that cannot be read lets nobody in."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._guard = threading.Lock()
        self._known: tuple[tuple[int, int, int], State] | None = None

    def state(self) -> State:
        """Return who has what now; Broken where a line cannot be read."""
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return State()
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        with self._guard:
            if self._known is None or self._known[0] != seen:
                self._known = seen, _folded(_lines(self._path.read_bytes()))
            return self._known[1]

    def roles(self, name: str) -> frozenset[Role]:
        """Return the roles of *name*, none for who is not named here; where nobody ever was, whoever holds a link may read."""
        state = self.state()
        if not state.officers and not self._path.exists():
            return frozenset({"read"})
        found = state.officers.get(name)
        return found.roles if found is not None else frozenset()

    def guest_roles(self, name: str, roles: Iterable[str], since: datetime) -> frozenset[Role]:
        """Return which of the *roles* that a provider gave *name* at *since* still hold: none once they were ended."""
        found = self.state().guests.get(name)
        if found is None or found.out or (found.ended is not None and since <= found.ended):
            return frozenset()
        wanted = frozenset(roles)
        return frozenset(one for one in ROLES if one in wanted)

    def may(self, name: str, role: Role, at: datetime) -> bool:
        """Return whether *name* is an officer with *role* at *at*: named here, or signed in by a provider within the last visit."""
        state = self.state()
        if name in state.officers:
            return role in state.officers[name].roles
        found = state.guests.get(name)
        return found is not None and not found.out and role in found.roles and timedelta(0) <= at - found.seen <= VISIT

    def sign_in(self, name: str, subject: str, roles: Iterable[str], at: datetime, issuer: str = "") -> bool:
        """Return whether *name*, whom a provider signed in with these roles, may come in, and keep that they did."""
        found, wanted = self.state().guests.get(name), frozenset(roles)
        if found is not None and found.out:
            return False
        rights = tuple(one for one in ROLES if one in wanted)
        self._append(Granted(at=at, what="officer signed in", name=name, id=subject, rights=rights, issuer=issuer))
        return True

    def bind(self, name: str, officer: str, at: datetime, why: str = "") -> None:
        """Keep that *name*, of the provider, is the *officer* who is named here, or for an empty one, nobody who is so far."""
        state = self.state()
        if not _GUEST.fullmatch(name):
            raise Unfit(f"`{name[:60]}` is no name of somebody whom a provider signs in; `sayso officer list` has the names")
        if officer and officer not in state.officers:
            raise Unfit(f"no officer `{officer[:60]}` is named here; `sayso officer list` has the names")
        self._append(Granted(at=at, what="officer bound", name=name, id=officer, why=why))

    def take_back(self, name: str, at: datetime, why: str = "") -> None:
        """Let *name*, who was ended, sign in at the provider again; what they may do is for the provider to say."""
        found = self.state().guests.get(name)
        if found is None or not found.out:
            raise Unfit(f"`{name[:60]}` is nobody whom a provider signed in and who was ended; `sayso officer list` has the names")
        self._append(Granted(at=at, what="officer taken back", name=name, why=why))

    def name_officer(self, name: str, roles: Iterable[str], at: datetime, why: str = "") -> Officer:
        """Return the officer as named, with these roles and no others; reading goes with every role."""
        wanted = {*roles, "read"}
        if not _NAME.fullmatch(name):
            raise Unfit(f"`{name[:60]}` is no name of an officer; write up to 40 small letters, digits, dots and dashes")
        if name.startswith(GUEST):
            raise Unfit(f"`{name}` is the name of somebody whom a provider signs in; give them the role there")
        if wrong := wanted - set(ROLES):
            raise Unfit(f"no role `{sorted(wrong)[0][:40]}`; there are {', '.join(ROLES)}")
        ordered = tuple(one for one in ROLES if one in wanted)
        self._append(Granted(at=at, what="officer", name=name, rights=ordered, why=why))
        return self.state().officers[name]

    def end_officer(self, name: str, at: datetime, why: str = "") -> None:
        """Take every role of *name*; who is in is out with the next thing they press."""
        state = self.state()
        guest = state.guests.get(name)
        if name not in state.officers and (guest is None or guest.out):
            raise Unfit(f"no officer `{name[:60]}`; `sayso officer list` has the names")
        self._append(Granted(at=at, what="officer ended", name=name, why=why))

    def make_key(self, name: str, scopes: Iterable[str], at: datetime, why: str = "") -> tuple[ServiceKey, str]:
        """Return a new key for the service *name* and its text, which is shown once and kept nowhere."""
        wanted = set(scopes)
        if not _NAME.fullmatch(name):
            raise Unfit(f"`{name[:60]}` is no name of a service; write up to 40 small letters, digits, dots and dashes")
        if not wanted or wanted - set(SCOPES):
            raise Unfit(f"a key needs one scope at least, of {', '.join(SCOPES)}")
        number, secret = secrets.token_hex(6), secrets.token_hex(32)
        ordered = tuple(one for one in SCOPES if one in wanted)
        self._append(Granted(at=at, what="key", name=name, id=number, rights=ordered, hash=_hash(secret), why=why))
        return self.state().keys[number], f"sayso_{number}_{secret}"

    def revoke(self, number: str, at: datetime, why: str = "") -> ServiceKey:
        """Return the key as revoked: it opens nothing from the next request on."""
        found = self.state().keys.get(number)
        if found is None or found.revoked is not None:
            raise Unfit(f"no key `{number[:40]}` is in use; `sayso key list` has the numbers")
        self._append(Granted(at=at, what="key revoked", name=found.name, id=number, why=why))
        return self.state().keys[number]

    def end_host(self, name: str, at: datetime, why: str = "") -> None:
        """Let the client *name* in no more, whatever its issuer says, with no token made up to now."""
        self._append(Granted(at=at, what="host ended", name=_client(name), why=why))

    def end_token(self, name: str, number: str, at: datetime, why: str = "") -> None:
        """Let the one token *number* (its `jti`) of the client *name* in no more."""
        if not re.fullmatch(r"[!-~]{1,200}", number):
            raise Unfit("the number of a token is what stands in its claim `jti`, up to 200 signs")
        self._append(Granted(at=at, what="token ended", name=_client(name), id=number, why=why))

    def take_host_back(self, name: str, at: datetime, why: str = "") -> None:
        """Let the client *name*, which was ended, in again with tokens made from now on."""
        found = self.state().hosts.get(name)
        if found is None or not found.out:
            raise Unfit(f"`{name[:60]}` is no client that was ended; `sayso host list` has them")
        self._append(Granted(at=at, what="host taken back", name=name, why=why))

    def host(self, name: str, number: str, made: datetime) -> bool:
        """Return whether the client *name* may come in with the token *number* that was *made* then."""
        state = self.state()
        found = state.hosts.get(name)
        return number not in state.tokens and (found is None or (not found.out and made > found.ended))

    def key(self, text: str) -> ServiceKey | None:
        """Return the key that *text* is, `None` where it is none of ours or was revoked."""
        parts = _KEY.fullmatch(text) if len(text) < 200 else None
        if parts is None:
            return None
        found = self.state().keys.get(parts[1])
        # Compared also where there is no such key, so that the time does not tell which numbers are in use.
        good = hmac.compare_digest(found.hash if found else "0" * 64, _hash(parts[2]))
        return found if good and found is not None and found.revoked is None else None

    def _append(self, line: Granted) -> None:
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            whole = file.read()
            if whole and not whole.endswith(b"\n"):
                file.truncate(whole.rfind(b"\n") + 1)  # half a line that a crash left was never acknowledged
            file.write(msgspec.json.encode(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _client(name: str) -> str:
    if not re.fullmatch(r"[!-~]{1,100}", name):
        raise Unfit(f"`{name[:60]}` is no name of a client; write it as the issuer does")
    return name


def _hash(secret: str) -> str:
    """Return what is kept of a secret; 256 random bits need no slow hash."""
    return hashlib.sha256(b"sayso/key/v1" + secret.encode()).hexdigest()


def _lines(whole: bytes) -> list[Granted]:
    lines = whole.split(b"\n")[:-1]
    try:
        return [msgspec.json.decode(line, type=Granted) for line in lines]
    except (msgspec.DecodeError, ValueError):
        raise Broken(f"{FILE} in the folder of keys cannot be read, so nobody but persons gets in; restore it") from None


def _folded(lines: Iterable[Granted]) -> State:
    officers: dict[str, Officer] = {}
    keys: dict[str, ServiceKey] = {}
    guests: dict[str, Guest] = {}
    bound: dict[str, Bound] = {}
    hosts: dict[str, Host] = {}
    tokens: set[str] = set()
    for line in lines:
        if line.what == "officer":
            roles = frozenset(one for one in ROLES if one in line.rights)
            named = officers[line.name].named if line.name in officers else line.at
            officers[line.name] = Officer(name=line.name, roles=roles, since=line.at, named=named)
        elif line.what == "officer signed in":
            roles = frozenset(one for one in ROLES if one in line.rights)
            before = guests.get(line.name)
            ended, out = (before.ended, before.out) if before else (None, False)
            guests[line.name] = Guest(
                name=line.name, subject=line.id, roles=roles, seen=line.at, ended=ended, out=out, issuer=line.issuer
            )
        elif line.what == "officer ended":
            officers.pop(line.name, None)
            if line.name in guests:
                guests[line.name] = msgspec.structs.replace(guests[line.name], ended=line.at, out=True)
        elif line.what == "officer taken back":
            if line.name in guests:
                guests[line.name] = msgspec.structs.replace(guests[line.name], out=False)
        elif line.what == "officer bound":
            bound[line.name] = Bound(officer=line.id, at=line.at)
        elif line.what == "host ended":
            hosts[line.name] = Host(name=line.name, ended=line.at)
        elif line.what == "host taken back":
            # From now on, and not from when it was ended: a token made in between was made for one who was out.
            hosts[line.name] = Host(name=line.name, ended=line.at, out=False)
        elif line.what == "token ended":
            tokens.add(line.id)
        elif line.what == "key":
            scopes = frozenset(one for one in SCOPES if one in line.rights)
            keys[line.id] = ServiceKey(id=line.id, name=line.name, scopes=scopes, hash=line.hash, since=line.at)
        elif line.id in keys:
            keys[line.id] = msgspec.structs.replace(keys[line.id], revoked=line.at)
    return State(officers=officers, keys=keys, guests=guests, hosts=hosts, tokens=frozenset(tokens), bound=bound)
