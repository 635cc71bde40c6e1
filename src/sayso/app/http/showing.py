"""The page of the design: every token and every component of our pages, in every state, with nothing of anybody on it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from msgspec import Struct
from msgspec.structs import replace

from sayso.app.console.stacked import stacked
from sayso.app.http.rights import anyone
from sayso.app.http.setting import Setting, setting_of
from sayso.app.pages import Catalogue, spoken
from sayso.app.pages.design import COMPONENTS, tokens
from sayso.app.pages.plot import plot
from sayso.app.views import Count
from sayso.notices import Notice, Words, shipped

routes = APIRouter()
Site = Annotated[Setting, Depends(setting_of)]
_MONTHS = (("2026-12", 12), ("2027-01", 48), ("2027-03", 31), ("open", 9))
_DAYS = ((3, 1, 2), (5, 0, 4), (8, 2, 1), (6, 1, 0))


class Sample(Struct, frozen=True, kw_only=True):
    """A question as one state of it is shown: a shipped notice under a name of its own, and the words drawn of it."""

    notice: Notice
    words: Words
    language: str


@routes.get("/design", dependencies=[Depends(anyone)])
def design(request: Request, setting: Site) -> Response:
    """Show what our pages are made of."""
    words = setting.pages.words(setting.language(request))
    right = spoken()["ar"]
    return setting.show(
        request, "design", components=COMPONENTS, tokens=tokens(), long=words("design.sample_long"),
        arabic={"said": right("ask.later"), "what": right("ask.answer")}, asked=_asked(words),
        months=plot([Count(label=month, count=count) for month, count in _MONTHS]),
        days=stacked([(f"2026-11-{day:02}", counts) for day, counts in enumerate(_DAYS, 1)]),
    )  # fmt: skip


def _asked(t: Catalogue) -> dict[str, Sample]:
    """Return a question for each state of the component."""
    notice = shipped("Example Chat")[0]
    made: dict[str, Sample] = {}
    for state in next(one.states for one in COMPONENTS if one.name == "question"):
        language = "ar" if state == "rtl" else t.language
        words = notice.words(language)
        more: dict[str, Any] = {"title": f"{words.title} ({t(f'design.state_{state}')})"}
        if state == "long":
            more["labels"] = {one: f"{label}: {t('design.sample_long')}" for one, label in words.labels.items()}
        made[state] = Sample(notice=replace(notice, name=f"design-{state}"), words=replace(words, **more), language=language)
    return made
