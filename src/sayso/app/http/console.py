"""The officers' pages: counts over time, what each number counts, and what looks steered. Never a name or a word of a chat."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from sayso.app.console import Console, Counted
from sayso.app.console.stacked import stacked
from sayso.app.http.rights import reads
from sayso.app.http.sessions import Session
from sayso.app.http.setting import Setting, setting_of

routes = APIRouter()
Site = Annotated[Setting, Depends(setting_of)]
Reader = Annotated[Session, Depends(reads)]
_USES = ("allow", "undetermined", "deny")
_LONGEST = 200
_MOST = 2**53


def console(setting: Site) -> Console:
    """Return the officers' desk; 404 where there is none."""
    found = setting.desk.console
    if found is None:
        raise HTTPException(404)
    return found


Desk = Annotated[Console, Depends(console)]


@routes.get("/officer/choices")
def choices(request: Request, session: Reader, setting: Site, desk: Desk) -> Response:
    """Show the answers of the last half year, and which screens or languages lead more people to a yes than the others."""
    seen = desk.choices()
    chart = stacked([(monday, (allow, refuse)) for monday, allow, refuse in seen.weeks])
    return setting.show(
        request, "console/choices", session=session, seen=seen, chart=chart, steered=[one for one in seen.arms if one.found.steered]
    )


@routes.get("/officer/choices/lines")
def answers(request: Request, session: Reader, setting: Site, desk: Desk) -> Response:
    """List the answers that a number counts, by the number of their line; who gave them is not shown."""
    asked = request.query_params
    wanted = {name: asked[name] for name in ("purpose", "screen", "language", "say") if name in asked}
    if any(len(value) > _LONGEST for value in wanted.values()):
        raise HTTPException(404)
    since, weeks = _day(asked.get("since", "1970-01-01")), number(asked.get("weeks", "0"))
    until = since + timedelta(weeks=weeks) if 0 < weeks < 1_000 else None
    found = desk.answers(session.account, since, until, wanted, number(asked.get("from", "0")))
    following = None if found.following is None else request.url.include_query_params(**{"from": found.following}).query
    return setting.show(request, "console/answers", session=session, found=found, following=following)


@routes.get("/officer/rulings")
def rulings(request: Request, session: Reader, setting: Site, desk: Desk) -> Response:
    """Show what the rulings were day by day, and by which rows of the policy."""
    days = desk.days()
    if not days:
        return setting.show(request, "console/rulings", session=session, days=(), shown=(), purpose="", purposes=())
    purposes = tuple(days[-1].uses)
    purpose = request.query_params.get("for", purposes[0] if purposes else "")
    if purpose not in purposes:
        raise HTTPException(404)
    bars = [(f"{one.at:%Y-%m-%d}", [one.uses.get(purpose, {}).get(use, 0) for use in _USES]) for one in days]
    return setting.show(
        request,
        "console/rulings",
        session=session,
        days=days,
        shown=_rows(days[-5:], purpose),
        last=days[-5:],
        purpose=purpose,
        purposes=purposes,
        bars=bars,
        chart=stacked(bars),
        uses=_USES,
    )


@routes.get("/officer/counted")
def counted(request: Request, session: Reader, setting: Site, desk: Desk) -> Response:
    """List some of the conversations that a number counts, by pseudonym; that they were shown is recorded first."""
    asked = request.query_params
    what, purpose, value = (asked.get(name, "") for name in ("what", "for", "is"))
    if max(len(what), len(purpose), len(value)) > _LONGEST:
        raise HTTPException(404)
    found = desk.conversations(session.account, what, purpose, value, number(asked.get("from", "0")))
    if found is None:
        raise HTTPException(404)
    following = None if found.following is None else request.url.include_query_params(**{"from": found.following}).query
    return setting.show(
        request, "console/counted", session=session, found=found, following=following, what=what, purpose=purpose, value=value
    )


def _rows(days: Iterable[Counted], purpose: str) -> list[tuple[str, str, list[int]]]:
    """Return each row of the policy with its text and its count on each of *days*, the most on the last day first."""
    days = list(days)
    counts = [{row: (text, count) for row, text, count in one.because.get(purpose, [])} for one in days]
    texts = {row: text for one in counts for row, (text, _) in one.items()}
    found = [(row, text, [one.get(row, ("", 0))[1] for one in counts]) for row, text in texts.items()]
    return sorted(found, key=lambda one: (-one[2][-1], one[0]))


def number(text: str) -> int:
    """Return the whole number that a part of an address spells; 404 for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise HTTPException(404)
    return min(int(text), _MOST)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise HTTPException(404) from None
