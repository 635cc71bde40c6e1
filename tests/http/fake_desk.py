"""A desk made of plain lists: Ana allows, Bo refuses, Cy was never asked, Eve came from elsewhere with hostile titles."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from sayso.app.jobs.asked import Asked
from sayso.app.pages import screen
from sayso.app.views import (
    ChangedView,
    ChoiceView,
    ClauseView,
    ConversationView,
    Count,
    EndView,
    HeldView,
    Overview,
    PageOf,
    PersonView,
    PrivateView,
    ReleaseView,
    TooOften,
    WentView,
    WhyView,
)
from sayso.facts.errors import Refused
from sayso.facts.rulings import Because, PurposeRuling, Reason, Ruling
from sayso.notices import shipped
from sayso.policy.trying import Otherwise
from sayso.policy.turning import Turn

NOW = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
SECRET = b"a test secret of thirty-two bytes!"
HOSTILE = (
    "<script>document.title='owned'</script>",
    "\u202egnp.exe \u2066upside\u2069 \x00\x07 down",
    "x" * 10_000,
    '" onmouseover="alert(1)" \'',
    "{{ 7*7 }} {% include 'base.html' %}",
    "",
    "שלום עולם, וגם English",
)


def chat(name: str, account: str, title: str, *, use: str = "allow", days: int = 10, **more: Any) -> ConversationView:
    began = NOW - timedelta(days=days)
    until = None if more.get("held") else NOW + timedelta(days=1825 if use == "allow" else 30)
    why = Because(row=f"{use}-training", text=f"the person's answer was {use}", source="A1 s.2", policy="demo")
    kept = Because(row="keep", text="kept for the product until it ends", source="A3", policy="demo")
    ruling = Ruling(
        conversation=name,
        at=NOW,
        keep_until=until,
        next_change_at=until,
        use={
            "model_training": PurposeRuling(use=use, turns=((0, 3), (6, 6)) if use == "allow" else (), because=(why,)),
            "safety_training": PurposeRuling(use="deny", because=(Because(row="not-flagged", text="it was not flagged"),)),
            "human_review": PurposeRuling(use="deny", because=(Because(row="rest", text="nothing permits it"),)),
        },
        reasons=(Reason(name="product", until=until, because=kept),),
    )
    a_yes = Otherwise(fact="say", would="allow", said="", also="say_now", who="person", before=began)
    a_no = Otherwise(fact="say_now", would="refuse", said="", who="person")
    unflagged = (Otherwise(fact="flagged", would="yes", said=""), Otherwise(fact="tier", would="pro", said="", also="tier_now"))
    answer = {"allow": "allow", "deny": "gated"}.get(use, "unknown")
    return ConversationView(
        why={
            "model_training": why_view("model_training", use, (("say_now", (answer,)),), a_no if use == "allow" else a_yes),
            "safety_training": why_view(
                "safety_training", "deny", (("flagged", ("no",)), ("tier_now", ("free", "team"))), *unflagged
            ),
            "human_review": why_view("human_review", "deny", ()),
        },
        conversation=name,
        account=account,
        title=title,
        began_at=began,
        last_turn_at=began + timedelta(days=1),
        turns=7,
        surface="chat",
        private=more.get("private", False),
        imported=more.get("imported", False),
        deleted_at=None,
        held=more.get("held", False),
        ruling=ruling,
        releases=more.get("releases", ()),
    )


def why_view(purpose: str, now: str, counted: Any, *changes: Otherwise) -> WhyView:
    found = "turned" if changes else "never"
    return WhyView(
        counted=counted,
        turn=Turn(purpose=purpose, now=now, then="deny", changes=changes, found=found, looked=1, said="never shown"),  # type: ignore[arg-type]  # one of two words
    )


class FakeDesk:
    """Keeps what was ordered in `log`, so that a test can see that nothing was."""

    def __init__(self) -> None:
        self.at = NOW
        self.log: list[tuple[Any, ...]] = []
        self.requests: list[Asked] = []
        self.bad: tuple[tuple[str, str], ...] = ()
        self.late = False
        self.rich: set[str] = set()
        self.found: list[tuple[str, Any]] = []
        self.pressed: list[Any] = []
        self.bad_notices: set[str] = set()
        self.lock = threading.Lock()
        self.notices = {notice.name: replace(notice, screen=screen()) for notice in shipped("Example Chat")}
        self.people = {
            name: PersonView(account=name, name=f"{name}@example.org", tier="pro", region="de", says={"model_training": say})
            for name, say in (("ana", "allow"), ("bo", "refuse"), ("cy", "unasked"), ("eve", "allow"), ("many", "allow"))
        }
        self.lines: list[ChoiceView] = []
        for name, say in (("ana", "allow"), ("bo", "refuse")):
            self._line(name, say, "notice", self.notices["training-choice"].digest, "from_now")
        self.chats = {
            one.conversation: one
            for one in (
                chat("a1", "ana", "Holiday in the Alps", releases=("autumn-2026",)),
                chat("a2", "ana", "Tax questions", use="undetermined", days=400, imported=True),
                chat("a3", "ana", "A quarrel at work", use="deny", held=True),
                chat("b1", "bo", "Recipes for rye bread", use="deny"),
                chat("b2", "bo", "Bo's secret plan", use="deny", private=True),
                *(chat(f"e{number}", "eve", title) for number, title in enumerate(HOSTILE)),
                *(
                    chat(f"m{number:03d}", "many", f"Chat number {number}", use="allow" if number % 2 else "deny")
                    for number in range(120)
                ),
            )
        }
        self.publishes = False
        self.private = PrivateView(used=False, days=30)
        self.officers = {"olga": frozenset({"read", "operate", "hold", "approve", "audit"})}
        self.officers |= {f"only-{role}": frozenset({"read", role}) for role in ("read", "operate", "hold", "approve", "audit")}
        self.keys: dict[str, Any] = {}
        self.owners = {line.seq: "ana" if line.say == "allow" else "bo" for line in self.lines}

    def _line(self, account: str, say: Any, via: Any, notice: Any, covers: Any) -> int:
        seq = 40 + len(self.lines)
        self.lines.append(ChoiceView(seq=seq, at=self.at, purpose="model_training", say=say, via=via, notice=notice, covers=covers))
        return seq

    def now(self) -> datetime:
        return self.at

    def purposes(self) -> tuple[str, ...]:
        return ("model_training", "safety_training", "human_review")

    def notice(self, name: str, drawn: str = "pages") -> tuple[Any, Any]:
        notice = self.notices[name]
        if drawn != "pages":
            # Another file draws it, so that another digest proves it.
            notice = replace(notice, screen=screen(drawn))
        return notice, notice.digest

    def unfair(self, notice: Any) -> bool:
        return notice in self.bad_notices

    def person(self, account: str) -> PersonView:
        if account not in self.people:
            raise Refused("no such account")
        return self.people[account]

    def private_chat(self, account: str, purpose: str) -> PrivateView:
        self.person(account)
        return self.private

    def choices(self, account: str) -> list[ChoiceView]:
        return [line for line in self.lines if self.owners[line.seq] == account]

    def choose(
        self,
        account: str,
        purpose: str,
        say: Any,
        *,
        via: Any,
        notice: Any,
        locale: str,
        pressed: str,
        covers: Any = "from_now",
        sent: Any = None,
        where: Any = None,
    ) -> int:
        with self.lock:
            self.pressed.append(where)
            seq = self._line(account, say, via, notice, covers)
            self.owners[seq] = account
            self.people[account] = replace(self.people[account], says={purpose: say})
            self.log.append(("choose", account, purpose, say, via, notice, locale, pressed, covers))
            return seq

    def defer(self, account: str, purpose: str, notice: Any, where: Any = None) -> None:
        self.pressed.append(where)
        self.log.append(("defer", account, purpose, notice))
        if self.people[account].says[purpose] not in ("allow", "refuse"):
            self.people[account] = replace(self.people[account], says={purpose: "deferred"})

    def notice_shown(self, account: str, purpose: str, notice: Any) -> None:
        self.log.append(("shown", account, purpose, notice))
        self.people[account] = replace(self.people[account], says={purpose: "noticed"})

    def receipt(self, account: str, seq: int) -> Mapping[str, Any]:
        if self.owners.get(seq) != account:
            raise Refused("no such line")
        return {"line": seq, "purpose": "model_training", "locale": "Grüße"}

    def receipt_as(self, account: str, seq: int, form: str, language: str) -> tuple[bytes, str]:
        told = dict(self.receipt(account, seq)) | ({"form": form, "language": language} if form != "jsonld" else {})
        return json.dumps(told, ensure_ascii=False).encode(), "html" if form == "html" else "json"

    def promise(self, account: str, seq: int) -> Mapping[str, Any] | None:
        if self.owners.get(seq) != account:
            raise Refused("no such line")
        return {"line": seq, "by": "2026-11-02T09:30:00Z"} if self.publishes else None

    def conversations(self, account: str, find: Any) -> PageOf:
        fits = {
            "used": lambda one: any(one.ruling.may(purpose) for purpose in one.ruling.use),
            "unused": lambda one: not any(one.ruling.may(purpose) for purpose in one.ruling.use),
            "private": lambda one: one.private,
            "imported": lambda one: one.imported,
            "held": lambda one: one.held,
            "deleted": lambda one: one.deleted_at is not None,
        }.get(find.show, lambda one: True)
        self.found.append((account, find))
        own = sorted(
            (one for one in self.chats.values() if one.account == account and fits(one)),
            key=lambda one: (one.last_turn_at, one.conversation),
            reverse=True,
        )
        own = [one for one in own if all(word in one.title.casefold() for word in find.words.casefold().split())]
        own = [one for one in own if (find.since or one.last_turn_at) <= one.last_turn_at < (find.until or self.at)]
        left = [one for one in own if find.before is None or (one.last_turn_at, one.conversation) < find.before]
        items = tuple(left[: find.limit])
        more = (items[-1].last_turn_at, items[-1].conversation) if len(left) > len(items) else None
        return PageOf(items=items, total=None if find.narrowed else len(own), more=more)

    def count(self, account: str) -> int | None:
        return None if account in self.rich else sum(one.account == account for one in self.chats.values())

    def held(self, account: str) -> list[HeldView]:
        kept = sum(one.account == account and one.held for one in self.chats.values())
        return [HeldView(matter="Smith <b>", conversations=kept, since=NOW - timedelta(days=3))] if kept else []

    def went(self, account: str) -> list[WentView]:
        mine = sum("autumn-2026" in one.releases for one in self.chats.values() if one.account == account)
        runs = (("run-1 <b>", NOW), ("", NOW))
        return [
            WentView(release="autumn-2026", purpose="model_training", built_at=NOW, still=mine, withdrawn=2 * mine, runs=runs),
            WentView(release="spring-2026", purpose="safety_training", built_at=NOW, still=0, withdrawn=0),
        ]

    def proof(self, account: str, release: str) -> Mapping[str, Any]:
        if release not in ("autumn-2026", "spring-2026"):
            raise Refused("no such release")
        return {"release": release, "of": account}

    def changed(self, account: str) -> ChangedView:
        if account == "cy":
            return ChangedView(since=None)
        if account == "bo":
            return ChangedView(since=NOW - timedelta(days=40))
        said = ClauseView(
            before="kept for <b>30 days</b>",
            after="kept for 5 years",
            effect="more",
            because="a longer use",
            source="A4",
            kind="changed",
        )
        new = replace(said, before=None, effect="less", because="")
        return ChangedView(since=NOW - timedelta(days=40), clauses=(said, new), other=True)

    def conversation(self, account: str, conversation: str) -> ConversationView:
        found = self.chats.get(conversation)
        if found is None or found.account != account:
            raise Refused("no such conversation")
        return found

    def unreadable_by(self, account: str, conversation: str | None) -> datetime | None:
        chats = [self.chats[conversation]] if conversation else list(self.chats.values())
        return None if any(one.held for one in chats if one.account == account) else self.at + timedelta(days=30)

    def delete_conversation(self, account: str, conversation: str) -> datetime | None:
        found = self.conversation(account, conversation)
        self.log.append(("delete", account, conversation))
        denied = {
            purpose: PurposeRuling(use="deny", because=(Because(row="deleted", text="the person deleted it"),))
            for purpose in found.ruling.use
        }
        self.chats[conversation] = replace(found, deleted_at=self.at, ruling=replace(found.ruling, use=denied))
        return self.unreadable_by(account, conversation)

    def delete_account(self, account: str) -> datetime | None:
        self.log.append(("delete account", account))
        self.people[account] = replace(self.people[account], deleted_at=self.at)
        return self.unreadable_by(account, None)

    def damaged(self) -> tuple[tuple[str, str], ...]:
        return self.bad

    def take_out(self, account: str, language: str) -> Any:
        if self.people[account].deleted_at is not None:
            raise Refused("deleted")
        if [entry[0] for entry in self.log].count("take out") >= 5:
            raise TooOften("often")
        self.log.append(("take out", account, language))
        return iter([b"PK", account.encode()])

    def announced(self, account: str, most: int) -> list[EndView]:
        mine = [one for one in self.chats.values() if one.account == account and one.announced]
        return [EndView(conversation=one.conversation, day=one.announced, why="kept <b>no</b> longer") for one in mine][:most]

    def undo_until(self, account: str, conversation: str | None) -> datetime | None:
        gone = self.people[account].deleted_at if conversation is None else self.conversation(account, conversation).deleted_at
        return None if gone is None or self.late else gone + timedelta(days=7)

    def undo(self, account: str, conversation: str | None) -> None:
        if self.undo_until(account, conversation) is None:
            raise Refused("that is over")
        self.log.append(("undo", account, conversation))
        if conversation is None:
            self.people[account] = replace(self.people[account], deleted_at=None)
        else:
            self.chats[conversation] = replace(self.chats[conversation], deleted_at=None)

    def certificate(self, account: str, conversation: str | None) -> Mapping[str, Any]:
        if conversation is not None and self.conversation(account, conversation).deleted_at is None:
            raise Refused("nothing to certify")
        kind = "account" if conversation is None else "conversation"
        return {
            "format": "sayso/deletion/v1", "of": {"kind": kind, "id": conversation or account}, "state": "not yet final",
            "issued": "2026-11-01T09:30:00Z", "asked": "2026-11-01T09:30:00Z", "out_of_sight": "2026-11-01T09:30:00Z",
            "destroyed": {"count": 0, "shown": 0, "first": None, "last": None}, "forgotten": None,
            "epoch": {"ended": None, "began": None, "over": None, "destroyed": None}, "unreadable_everywhere": None,
            "waits_for": [{"what": "day", "count": 1, "until": "2026-12-01T09:30:00Z"}],
            "releases": [{"release": "<b>r1</b>", "purpose": "model_training", "rows": 1, "withdrawn": 1, "emptied": 0, "revision": 1}],
            "runs": [], "limits": [], "lines": [], "checkpoint": "", "signature": "",
        }  # fmt: skip

    console = None
    hosts = None

    def state_region(self, account: str, region: str | None) -> bool:
        self.log.append(("state_region", account, region))
        return True

    def asked(self, account: str) -> list[Any]:
        return [one for one in self.requests if one.account == account]

    def ask(self, account: str, what: str) -> Any:
        self.log.append(("ask", account, what))
        day = datetime(2026, 11, 1, tzinfo=UTC)
        due = datetime(2026, 12, 1, tzinfo=UTC)
        number = 900 + len(self.requests)
        made = Asked(number=number, what=what, account=account, file="", by="person", received=day, due=due)
        self.requests.append(made)
        return made

    def roles(self, officer: str) -> frozenset[str]:
        return self.officers.get(officer, frozenset())

    def key(self, text: str) -> Any:
        return self.keys.get(text)

    def log_key(self) -> str:
        return "example.com/log+00000000+key"

    def overview(self) -> Overview:
        ends = [
            Count(label=f"{2026 + (10 + n) // 12}-{(10 + n) % 12 + 1:02d}", count=(n * 37) % 90 + (300 if n == 1 else 0))
            for n in range(0, 61, 1)
        ]
        uses = (Count(label="allow", count=1200), Count(label="deny", count=3411), Count(label="undetermined", count=12))
        because = (
            Count(label="the person allowed it, and it was collected since", count=1200, row="allowed"),
            Count(label="the person refused", count=3411, row="refused"),
        )
        return Overview(
            damaged=self.bad,
            at=NOW,
            policy="anthropic-consumer",
            accounts=812,
            conversations=4623,
            due=41,
            held=7,
            uses={"model_training": uses, "safety_training": uses},
            because={"model_training": because, "safety_training": because},
            kept=(Count(label="allowed chats stay five years", count=1200, row="allowed-5y"),),
            says=tuple(
                Count(label=say, count=n)
                for say, n in (("allow", 201), ("refuse", 455), ("deferred", 20), ("noticed", 36), ("unasked", 100))
            ),
            holds=(("h-1", "Smith v. Example <b>", 7),),
            releases=(
                ReleaseView(
                    name="autumn-2026",
                    purpose="model_training",
                    built_at=NOW,
                    rows=1100,
                    withdrawn=14,
                    left_out=(Count(label="the person refused", count=3411, row="refused"),),
                ),
            ),
            ends=(*ends, Count(label="no known end", count=130)),
        )
