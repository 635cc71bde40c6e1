"""Where a person says they live: on their page, by the operator's hand and over the API; what it brings, and never buys."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.http.conftest import Visitor
from tests.http.test_seen_on_screen import MAIN, Town

from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House
from sayso.app.jobs import auditing, people, takeout_facts, telling
from sayso.app.receipts import written
from sayso.facts.errors import Refused, Unfit
from sayso.facts.events import RegionChanged, RegionStated
from sayso.facts.words import AccountId


@pytest.fixture
def town(house: House) -> Town:
    return Town(house)


def account(town: Town, name: str) -> AccountId:
    return people.account_of(town.house, name)


def say(someone: Visitor, region: str | None) -> Any:
    """Press on the page of one's own: say it, or take it back."""
    page = someone.get("/me/region").text
    fields = dict(re.findall(r'name="(token)" value="([^"]+)"', page))
    said = {"say": "take_back"} if region is None else {"say": "state", "region": region}
    return someone.client.post(
        "/me/region", data={**fields, **said}, headers={"origin": "null", "sec-fetch-site": "same-origin"}, follow_redirects=False
    )


def used(town: Town, name: str) -> set[str]:
    who = account(town, name)
    desk = FrontDesk(town.house)
    return {desk.conversation(who, chat).ruling.use[MAIN].use for chat in town.house.present().of_account(who)}


def test_ana_says_what_the_operator_said_and_nothing_changes_but_the_record(town: Town) -> None:
    ana = town.visit("ana")
    assert ana.press("allow").status_code == 303
    before = used(town, "ana")
    town.moves_on()
    came = say(ana, "us")
    assert (came.status_code, came.headers["location"]) == (303, "/me/region?done=said")
    assert "We noted what you said." in ana.get("/me/region?done=said").text
    assert (town.region("ana"), used(town, "ana")) == ("US", before)
    town.moves_on()
    assert ana.press("allow", notice="settings").status_code == 303
    assert (town.under().region, town.under().region_by) == ("US", "operator")


def test_ana_says_another_and_nothing_is_used_until_she_takes_it_back(town: Town) -> None:
    ana = town.visit("ana")
    assert ana.press("allow").status_code == 303
    town.moves_on()
    assert say(ana, "DE").status_code == 303
    page = ana.get("/me/region").text
    assert "The two differ, so we take it that nobody knows where you live." in page
    assert town.region("ana") == "unknown"
    assert "allow" not in used(town, "ana")
    town.moves_on()
    assert ana.press("allow", notice="settings").status_code == 303
    assert (town.under().region, town.under().region_by, town.under().region_against) == ("unknown", "conflict", ("person",))
    assert "allow" not in used(town, "ana"), "a yes on which the words differ uses nothing"
    town.moves_on()
    assert say(ana, None).headers["location"] == "/me/region?done=back"
    assert town.region("ana") == "US"
    assert "We noted that you take it back." in ana.get("/me/region?done=back").text


def test_cy_of_whom_nobody_told_anything_is_recorded_by_their_own_word_and_used_no_more_for_it(town: Town) -> None:
    with town.house.writing() as work:
        people.enrol(town.house, work, "cy", tier="pro")
    cy = town.visit("cy")
    assert say(cy, "DE").status_code == 303
    assert town.region("cy") == "unknown", "what a person may be used by is told by the operator"
    town.moves_on()
    assert cy.press("allow").status_code == 303
    assert (town.under().region, town.under().region_by) == ("DE", "person")
    town.moves_on()
    assert town.visit("cy", region="FR").press("allow", notice="settings").status_code == 303
    assert (town.under().region, town.under().region_against) == ("unknown", ("host", "person"))
    town.moves_on()
    assert town.visit("cy", region="DE").press("allow", notice="settings").status_code == 303
    assert (town.under().region, town.under().region_by, town.region("cy")) == ("DE", "host", "unknown")


def test_two_that_agree_outvote_nobody(town: Town) -> None:
    ana = town.visit("ana", region="DE")
    assert say(ana, "DE").status_code == 303
    assert ana.press("allow").status_code == 303
    assert (town.under().region_by, town.under().region_against) == ("conflict", ("host", "person"))
    town.moves_on()
    # She takes hers back: her host's word still stands against the operator's.
    assert say(ana, None).status_code == 303
    assert town.region("ana") == "unknown"
    town.moves_on()
    # She says what the operator says: her host has not, so it stays.
    assert say(ana, "US").status_code == 303
    assert town.region("ana") == "unknown"


def test_the_operators_new_word_ends_a_doubt_only_where_it_is_hers(town: Town) -> None:
    ana = account(town, "ana")
    assert telling.state(town.house, ana, "DE")
    for word, found in (("FR", "unknown"), ("DE", "DE")):
        town.moves_on()
        with town.house.writing() as work:
            work.record([RegionChanged(at=work.at, account=ana, region=word)])
        assert town.region("ana") == found


def test_said_twice_it_is_one_line_and_what_is_no_region_is_none(town: Town) -> None:
    ana, bo = account(town, "ana"), town.visit("bo")
    assert [telling.state(town.house, ana, one) for one in ("DE", "DE", None, None)] == [True, False, True, False]
    for wrong in ("Atlantis", "XX", "", "D", "D;E"):
        assert say(bo, wrong).status_code == 422
        with pytest.raises(Unfit, match="is no region; write a country as US or DE"):
            telling.state(town.house, ana, wrong)
    assert "nothing was noted" in say(bo, "XX").text
    with town.house.reading() as conn:
        said = [entry.line for entry in town.house.ledger.of_kind(conn, RegionStated)]
    assert [(one.account, one.region) for one in said if isinstance(one, RegionStated)] == [(ana, "DE"), (ana, "unknown")]


def test_the_form_is_hers_alone_and_an_address_makes_it_claim_nothing(town: Town) -> None:
    ana = town.visit("ana")
    assert "We noted" not in ana.get("/me/region?done=said").text
    sent = ana.client.post(
        "/me/region", data={"say": "state", "region": "DE"}, headers={"origin": "null", "sec-fetch-site": "same-origin"}
    )
    assert sent.status_code == 403, "without the token of her visit"
    assert ana.client.get("/me/region").text.count("<script") == 0
    stranger = Visitor(town.app)
    assert stranger.get("/me/region").status_code in (303, 401)
    assert town.region("ana") == "US"


def test_both_languages_say_it_and_the_page_of_rights_leads_there(town: Town) -> None:
    ana = town.visit("ana")
    assert 'href="/me/region"' in ana.get("/me/requests").text
    for language, words in (("en", "It never lets us use more."), ("de", "Wir dürfen dadurch nie mehr nutzen.")):
        assert words in ana.get(f"/me/region?lang={language}").text


def test_the_past_is_sealed_and_reads_as_it_did_and_the_audit_finds_nothing(town: Town) -> None:
    ana = account(town, "ana")
    assert town.visit("ana").press("allow").status_code == 303
    moments = []
    for word in ("DE", "US", "FR", None):
        town.moves_on()
        telling.state(town.house, ana, word)
        moments.append(town.house.now())
    with town.house.reading() as conn:
        found = [town.house.ledger.history(conn, moment).tier_and_region(ana)[1] for moment in moments]
    assert found == ["unknown", "US", "unknown", "US"]
    assert auditing.audit(town.house).report.findings == ()


def test_her_word_is_in_what_she_takes_along_and_on_her_receipt(town: Town) -> None:
    ana = town.visit("ana")
    say(ana, "DE")
    town.moves_on()
    seq = int(ana.press("refuse").headers["location"].rpartition("=")[2])
    told = people.receipt_of(town.house, account(town, "ana"), seq)
    record = takeout_facts.account_record(town.house, account(town, "ana"), by="person", at=town.house.now(), operator="us")
    assert (record["region"], record["region_told"], record["region_stated"]) == ("unknown", "US", "DE")
    page = written(told, "html", "en", town.house.keys.signing).decode()
    assert "since what the operator, you or the service whose link you came by told differs" in page
    assert json.loads(written(told, "kantara", "en", town.house.keys.signing))["sayso:region_against"] == ["person"]


def test_who_is_gone_says_nothing_more(town: Town) -> None:
    FrontDesk(town.house).delete_account(account(town, "bo"))
    with pytest.raises(Refused, match="nothing was recorded"):
        telling.state(town.house, account(town, "bo"), "DE")


def test_a_host_passes_on_what_cy_says_and_it_permits_nothing(api: Any) -> None:
    host = api.program()
    cy, _ = api.person(host)
    where = f"/v1/accounts/{cy}/stated-region"
    read = host.get(where)
    assert read.json() == {"region": None}
    assert host.put(where, {"region": "FR"}, if_match=read.headers["etag"]).json() == {"region": "FR"}
    assert host.put(where, {"region": "DE"}, if_match=read.headers["etag"]).status_code == 412
    assert host.get(f"/v1/accounts/{cy}").json()["region"] == "unknown"
    now = host.get(where).headers["etag"]
    assert host.put(where, {"region": "XX"}, if_match=now).status_code == 422
    assert host.put(where, {"region": None}, if_match=now).json() == {"region": None}
    assert host.get(f"/v1/accounts/{cy}").json()["region"] == "US"
