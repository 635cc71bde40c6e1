"""What every route is given: the desk, the pages, the sessions, and the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from msgspec import Struct

from sayso.app.http.desk import Desk
from sayso.app.http.limits import Pace, Strikes
from sayso.app.http.links import Spent
from sayso.app.http.sessions import Passes, Session, Sessions
from sayso.app.pages import FIRST_PAGES, Catalogue, Pages, pick
from sayso.app.security import Security
from sayso.app.stranger import VerifyPage

if TYPE_CHECKING:
    from sayso.app.oidc.access import Access
    from sayso.app.oidc.provider import Provider

LANGUAGE_COOKIE = "sayso-lang"
_YEAR_SECONDS = 365 * 24 * 3600


class Setting(Struct, frozen=True, kw_only=True):
    """The values a running site is made of; built once by `create_app`."""

    desk: Desk
    pages: Pages
    sessions: Sessions
    passes: Passes
    secret: bytes
    origin: str
    opened: frozenset[str]
    """Origins of host products whose pages may hold the question; no other may."""
    asking: Mapping[str, Catalogue]
    """What is said around the question there, per language."""
    secure: bool
    spent: Spent
    strikes: Strikes
    pace: Pace
    stranger: VerifyPage
    """The page that checks a file in the reader's own browser."""
    provider: Provider | None = None
    """Who signs officers in beside the links, if anybody."""
    access: Access | None = None
    """Whose access tokens let programs in beside the keys, if anybody's."""
    security: Security | None = None

    def language(self, request: Request) -> str:
        """Return the language to answer *request* in: asked for, else chosen before, else the browser's, else English."""
        return self._picked(self.pages.languages, request)

    def spoken(self, request: Request) -> str:
        """Return the same for the first pages, which are there in more languages: those of the questions."""
        return self._picked(self.pages.spoken, request)

    @staticmethod
    def _picked(languages: Iterable[str], request: Request) -> str:
        return pick(
            languages,
            request.query_params.get("lang"),
            request.cookies.get(LANGUAGE_COOKIE),
            request.headers.get("accept-language"),
        )

    def show(
        self,
        request: Request,
        name: str,
        *,
        code: int = 200,
        session: Session | None = None,
        language: str | None = None,
        here: str | None = None,
        **values: object,
    ) -> HTMLResponse:
        """Return the page *name* with *values*; with *session* it shows that person's or officer's menu.

        *here* is where a change of language leads, for an answer to a form that no link leads to.
        """
        officer = session is not None and session.kind == "officer"
        spoken = self.spoken(request)
        tag = language or (spoken if name in FIRST_PAGES and not officer else self.language(request))
        text = self.pages.render(
            name,
            tag,
            session=session,
            here=here or request.url.path,
            query=self._kept(request),
            reads="" if officer else spoken,
            **values,
        )
        response = HTMLResponse(text, status_code=code, headers={"content-language": tag, "vary": "accept-language, cookie"})
        asked = request.query_params.get("lang")
        if asked == tag:
            self.remember(response, tag)
        return response

    @staticmethod
    def _kept(request: Request) -> list[tuple[str, str]]:
        """Return the parts of the address that a change of language keeps; none of what was posted."""
        return [(name, value) for name, value in request.query_params.items() if name in SAFE_QUERY]

    def remember(self, response: Response, language: str) -> None:
        """Keep the language the reader asked for."""
        response.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=_YEAR_SECONDS,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )


SAFE_QUERY = (
    "show", "since", "until", "before", "done", "t", "from", "what", "for", "is", "weeks", "purpose", "screen", "language", "say",
    "number", "of",
)  # fmt: skip
"""Parts of an address that changing the language keeps."""


def setting_of(request: Request) -> Setting:
    """Return the setting of the running site."""
    setting = request.app.state.setting
    if not isinstance(setting, Setting):
        raise TypeError("the site was not built by create_app")
    return setting
