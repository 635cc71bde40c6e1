"""Whatever is sent, nothing breaks and nothing is recorded that nobody pressed."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

anything = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["allow", "refuse", "later", "imported", "settings", "../x", "<script>", "%00", "en", "0" * 64]),
)
few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_no_form_but_the_one_that_was_shown_records_an_answer(enter: Any, desk: Any) -> None:
    cy = enter("cy")
    shown = cy.fields(cy.get("/me/choice").text, "/me/choice")

    @few
    @given(
        st.dictionaries(
            st.sampled_from(["notice", "digest", "language", "answer", "token", "say", "purpose"]), anything, max_size=6
        )
    )
    def send(changes: dict[str, str]) -> None:
        desk.log.clear()
        came = cy.post(
            "/me/choice", {**shown, **{key: value.encode("utf-8", "replace").decode() for key, value in changes.items()}}
        )
        assert came.status_code in (303, 400, 403, 409)
        pressed = {**shown, **changes}
        true = all(pressed[key] == shown[key] for key in ("notice", "digest", "language", "token"))
        recorded = [line for line in desk.log if line[0] in ("choose", "defer")]
        assert bool(recorded) == (true and pressed.get("answer") in ("allow", "refuse", "later"))

    send()


def test_no_address_breaks_a_page(enter: Any) -> None:
    ana = enter("ana")

    @few
    @given(
        st.sampled_from(
            [
                "/",
                "/me/",
                "/me/choice?done=",
                "/me/receipts/",
                "/me/conversations/",
                "/me/conversations?from=",
                "/me/conversations?show=",
                "/enter?t=",
                "/static/",
                "/?lang=",
            ]
        ),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    )
    def ask(path: str, more: str) -> None:
        came = ana.client.get(path + quote(more, safe=""))
        assert came.status_code in (200, 303, 307, 403, 404, 405)
        assert "content-security-policy" in came.headers

    ask()


def test_no_header_breaks_a_page(enter: Any) -> None:
    ana = enter("ana")

    @few
    @given(
        st.sampled_from(["accept-language", "cookie", "sec-gpc", "sec-fetch-site", "origin", "content-type", "host"]),
        st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60),
    )
    def ask(name: str, value: str) -> None:
        assert ana.client.get("/", headers={name: value}).status_code == 200

    ask()


def test_the_stylesheet_fetches_nothing(visitor: Any) -> None:
    page = visitor.get("/").text
    address = re.search(r'href="(/static/style\.css\?v=[0-9a-f]{12})"', page)
    assert address is not None
    style = visitor.get(address[1])
    assert style.headers["content-type"].startswith("text/css")
    assert style.headers["cache-control"] == "public, max-age=3600"
    assert not re.search(r"url\(|@import|expression|https?:", style.text)


def test_the_screen_that_draws_a_question_can_be_proved() -> None:
    from msgspec.structs import replace

    from sayso.app.pages import screen
    from sayso.notices import shipped

    seen = screen()
    assert re.fullmatch(r"[0-9a-f]{64}", seen)
    assert replace(shipped()[0], screen=seen).digest != shipped()[0].digest
