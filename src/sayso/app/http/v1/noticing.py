"""Notices: every version there was, its words, and publishing another."""

from __future__ import annotations

import re
from importlib import resources
from typing import Annotated

from msgspec import Meta, Struct

from sayso.app.http.v1.ops import At, Call, Nothing, Page, Paged, Reply, Room
from sayso.app.http.v1.problems import Failure
from sayso.app.jobs.notices import Version
from sayso.facts.errors import SaysoError
from sayso.notices import Notice

room = Room("notices", "What people are and were asked, in exact words.")


def _example() -> str:
    """Return the notice of the settings as it comes with us, in English alone and as a version of its own."""
    whole = (resources.files("sayso.notices.wording") / "settings.toml").read_text("utf-8")
    head, english = whole.split("\n[words.")[:2]
    assert english.startswith("en]")  # noqa: S101  # the test of examples would publish no notice
    return re.sub(r"version = \d+", "version = 90", head, count=1) + "\n[words." + english + "\n"


class NoticeVersion(Struct, frozen=True, kw_only=True):
    """One version of a notice, how many answered on it, and whether it was found unfair."""

    notice: str
    name: str
    version: int | None
    languages: tuple[str, ...]
    published: At | None
    allowed: int
    refused: int
    unfair_since: At | None
    why: str


class NewNotice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole notice as TOML (spec/notice.md). One that leans, hides a fact or reads too hard is not published."""

    toml: Annotated[str, Meta(min_length=1, max_length=100_000, examples=[_example()])]


class Published(Struct, frozen=True, kw_only=True):
    """The digest that proves its words."""

    notice: str
    name: str
    version: int


@room.op("GET", "/notices", "ask", query=Paged, gives=Page[NoticeVersion])
def list_notices(call: Call[Paged, Nothing]) -> Page[NoticeVersion]:
    """List every version that was published here or that an answer names, in the order they came up."""
    versions, after = call.hosts.versions(), call.after(int) or 0
    shown = versions[after : after + call.query.limit]
    end = after + len(shown)
    return Page(items=tuple(_notice(one) for one in shown), next=call.next(end if end < len(versions) else None))


@room.op("GET", "/notices/{notice}", "ask", gives=NoticeVersion)
def show_notice(call: Call[Nothing, Nothing]) -> NoticeVersion:
    """Show one version."""
    return _notice(_found(call)[0])


@room.op("GET", "/notices/{notice}/words", "ask", gives=Notice)
def show_words(call: Call[Nothing, Nothing]) -> Reply:
    """Give the exact bytes of a notice, whose SHA-256 is its name here."""
    return Reply(value=_found(call)[1].canonical())


@room.op("POST", "/notices", "publish", body=NewNotice, gives=Published, status=201, limit=131_072, problems=("unfit",))
def publish_notice(call: Call[Nothing, NewNotice]) -> Reply:
    """Publish your own wording; the pages and the API ask with its newest version from then on."""
    notice, digest = call.hosts.publish(call.body.toml, "notice")
    told = Published(notice=digest, name=notice.name, version=notice.version)
    return Reply(value=told, headers={"location": f"/v1/notices/{digest}"})


def _found(call: Call[Nothing, Nothing]) -> tuple[Version, Notice]:
    hosts = call.hosts
    try:
        return hosts.version(call.path["notice"])
    except SaysoError:
        raise Failure("not-found") from None


def _notice(one: Version) -> NoticeVersion:
    return NoticeVersion(
        notice=one.digest,
        name=one.name,
        version=one.version,
        languages=one.languages,
        published=one.published,
        allowed=one.allowed,
        refused=one.refused,
        unfair_since=one.invalid,
        why=one.why,
    )
