"""Whoever answers where the log is published is promised at once that the answer will be in it; where it is not, nothing is."""

from __future__ import annotations

import base64
import json
from typing import Any


def test_ana_s_answer_comes_with_a_promise_and_she_can_fetch_it_again(enter: Any, desk: Any) -> None:
    desk.publishes = True
    ana = enter("ana")
    told = ana.press("refuse")
    seq = max(seq for seq, owner in desk.owners.items() if owner == "ana")
    promised = json.loads(base64.b64decode(told.headers["sayso-promise"]))
    assert promised["line"] == seq
    found = ana.get(f"/me/promises/{seq}")
    assert found.json() == promised
    assert found.headers["content-disposition"] == f'attachment; filename="sayso-promise-{seq}.json"'


def test_nothing_is_promised_where_no_log_is_published_or_of_somebody_else_s_answer(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    assert "sayso-promise" not in ana.press("refuse").headers
    assert ana.get("/me/promises/40").status_code == 404
    desk.publishes = True
    assert ana.get("/me/promises/40").status_code == 200
    for other in ("999999", "-1", str(2**60)):
        assert ana.get(f"/me/promises/{other}").status_code in (404, 422)
    assert enter("bo").get("/me/promises/40").status_code == 404


def test_the_page_after_an_answer_links_the_promise_where_there_is_one(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    plain = ana.get(ana.press("refuse").headers["location"]).text
    assert "/me/promises/" not in plain
    desk.publishes = True
    told = ana.press("allow")
    seq = told.headers["location"].rpartition("=")[2]
    page = ana.get(told.headers["location"]).text
    assert f'href="/me/promises/{seq}">Download the signed promise' in page
    assert ana.get(f"/me/promises/{seq}").status_code == 200
    assert "/me/promises/" not in ana.get("/me/choice").text
