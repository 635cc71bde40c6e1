"""What the screen named and where somebody lives, as evidence beside their answer: through pages, elements, links and receipts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from fastapi.testclient import TestClient
from tests.http.conftest import BASE, Visitor
from tests.policy.test_reading import GOOD

from sayso.app.clock import StoryClock
from sayso.app.frontdesk import FrontDesk
from sayso.app.grants import SCOPES, Grants
from sayso.app.house import House
from sayso.app.http import create_app, links
from sayso.app.jobs import notices, people
from sayso.app.pages import asking_words
from sayso.app.receipts import FORMS, written
from sayso.facts.errors import Unfit
from sayso.facts.events import ChoiceMade, Circumstances, Deferred, RegionChanged
from sayso.facts.words import AccountId
from sayso.notices import Notice, wording
from sayso.notices.deadline import until
from sayso.policy import load, parse, shipped

SHOP, MAIN = "https://chat.example", "model_training"
OURS = (Path(wording.__file__).parent / "training-choice.toml").read_text("utf-8")


@pytest.fixture
def last_day(house: House, tmp_path: Path) -> datetime:
    """The operator asks with a last day, three days from now."""
    day = (house.now() + timedelta(days=3)).astimezone(UTC).replace(second=0, microsecond=0)
    publish(house, tmp_path, day)
    return day


def publish(house: House, folder: Path, day: datetime, version: int = 3) -> Notice:
    path = folder / "training-choice.toml"
    path.write_text(f"deadline = {day.isoformat()}\n{OURS.replace('version = 2', f'version = {version}')}", "utf-8")
    return notices.publish(house, path, "Example Chat")[0]


class Town:
    """The house's pages, and a host product that links to them."""

    def __init__(self, house: House) -> None:
        self.house, self.secret = house, house.keys.session
        self.app = create_app(FrontDesk(house), secret=self.secret, base_url=BASE, secure=False, open_to=[SHOP])
        self.elements = TestClient(self.app, base_url=BASE, raise_server_exceptions=False)

    def link(self, name: str, **more: Any) -> str:
        account = people.account_of(self.house, name)
        return links.mint(self.secret, account, "person", at=self.house.now(), base_url=BASE, **more)

    def visit(self, name: str, **more: Any) -> Visitor:
        someone = Visitor(self.app)
        assert someone.enter(self.link(name, **more)).status_code == 303
        return someone

    def send(self, what: str, **fields: str) -> Any:
        came = self.elements.post(f"/ask/{what}", data={"place": "notice", "lang": "en", **fields}, headers={"origin": SHOP})
        assert came.status_code == 200, came.text
        return came.json()

    def under(self, kind: type[Any] = ChoiceMade) -> Circumstances:
        with self.house.reading() as conn:
            found = self.house.ledger.last_of(conn, kind)
        assert found is not None
        assert isinstance(found.line.under, Circumstances)
        return found.line.under

    def region(self, name: str) -> str:
        return self.house.present().tier_and_region(people.account_of(self.house, name))[1]

    def moves_on(self, by: timedelta = timedelta(minutes=1)) -> None:
        clock = self.house.clock
        assert isinstance(clock, StoryClock)
        clock.set(clock.now() + by)


@pytest.fixture
def town(house: House) -> Town:
    return Town(house)


# ------------------------------------------------------------------------------------------------------------ the last day


def test_the_pages_say_the_last_day_beside_the_answers_in_both_languages_and_lean_no_way(town: Town, last_day: datetime) -> None:
    ana = town.visit("ana")
    for language in ("en", "de"):
        page = ana.get(f"/me/choice?lang={language}").text
        sentence = str(until(language, last_day))
        assert page.count(sentence) == 1
        assert page.index('data-answer="refuse"') < page.index(sentence) < page.index("</form>")
        assert not any(sign in page for sign in ("role=timer", "data-countdown", "<progress"))


def test_an_answer_and_a_deferral_keep_the_last_day_that_was_shown_and_the_settings_name_none(
    town: Town, last_day: datetime
) -> None:
    ana = town.visit("ana")
    assert ana.press("later").status_code == 303
    assert town.under(Deferred).deadline == last_day
    town.moves_on()
    assert ana.press("allow").status_code == 303
    assert town.under().deadline == last_day
    town.moves_on()
    page = ana.get("/me/choice").text
    assert "data-until" not in page
    assert ana.press("refuse").status_code == 303
    assert town.under().deadline is None


def test_an_answer_after_the_last_day_is_still_taken_and_says_which_day_was_shown(town: Town, last_day: datetime) -> None:
    town.moves_on(timedelta(days=30))
    bo = town.visit("bo")
    assert str(until("en", last_day)) in bo.get("/me/choice").text
    assert bo.press("allow").status_code == 303
    assert town.house.past.answer(people.account_of(town.house, "bo"), MAIN) == "allow"
    assert town.under().deadline == last_day < town.house.now()


def test_the_elements_say_it_in_every_language_they_speak(town: Town, last_day: datetime) -> None:
    languages = sorted(asking_words())
    assert len(languages) == 6
    for language in languages:
        told = town.send("question", link=parse_qs(urlsplit(town.link("ana")).query)["t"][0], lang=language)
        assert told["language"] == language
        assert told["question"]["until"] == until(language, last_day)


def test_what_is_answered_in_an_element_keeps_it_too(town: Town, last_day: datetime) -> None:
    told = town.send("question", link=parse_qs(urlsplit(town.link("ana")).query)["t"][0])
    fields = {"pass": told["pass"], "language": "en", "digest": told["question"]["digest"], "answer": "refuse", "key": "0" * 32}
    assert town.send("answer", **fields)["outcome"] == "recorded"
    assert town.under().deadline == last_day


def test_without_a_last_day_nothing_of_it_is_drawn_or_kept(town: Town) -> None:
    told = town.send("question", link=parse_qs(urlsplit(town.link("ana")).query)["t"][0])
    assert "until" not in told["question"]
    ana = town.visit("ana")
    assert "data-until" not in ana.get("/me/choice").text
    assert ana.press("allow").status_code == 303
    assert town.under().deadline is None


def test_each_element_draws_it_from_the_question_alone() -> None:
    folder = Path(notices.__file__).parents[1] / "pages" / "elements"
    for name in ("sayso-ask.js", "sayso-settings.js"):
        assert "question.until ? [make('p', {'data-until': ''}, question.until)] : []" in (folder / name).read_text("utf-8")


def test_receipts_carry_the_last_day_in_every_form_that_has_a_place_for_it(town: Town, last_day: datetime) -> None:
    ana = town.visit("ana", region="US")
    done = ana.press("allow")
    seq = int(done.headers["location"].rpartition("=")[2])
    told = people.receipt_of(town.house, people.account_of(town.house, "ana"), seq)
    spelt = last_day.isoformat().replace("+00:00", "Z")
    assert told["choice"]["circumstances"]["deadline"] == spelt  # type: ignore[index]  # JSON data
    signer = town.house.keys.signing
    assert spelt in written(told, "jsonld", "en", signer).decode()
    page = written(told, "html", "en", signer).decode()
    assert "Last day to decide" in page
    assert "as the screen said; it is no answer, and a later one counts too" in page
    assert "Letzter Tag der Entscheidung" in written(told, "html", "de", signer).decode()
    assert all(ana.get(f"/me/receipts/{seq}?form={form}").status_code == 200 for form in FORMS)


def test_a_last_day_that_is_over_is_not_published(house: House, tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="names a last day that is over"):
        publish(house, tmp_path, house.now().replace(second=0, microsecond=0) - timedelta(days=1))


def test_a_policy_that_takes_silence_for_a_yes_is_known_by_its_rows() -> None:
    yes = {name for name in shipped() if notices.silence_is_a_yes(load(name), MAIN)}
    assert "as-first-reported" in yes
    assert not yes & {"anthropic-consumer", "anthropic-commercial", "protective"}
    for row in ('before = "deny"\nafter = "allow"', 'before = "allow"\nafter = "deny"'):
        assert notices.silence_is_a_yes(parse(GOOD.replace('before = "deny"\nafter = "allow"', row), name="mine"), MAIN)
    assert not notices.silence_is_a_yes(parse(GOOD.replace('after = "allow"', 'after = "gate"'), name="mine"), MAIN)


def test_where_the_policy_takes_silence_for_a_yes_the_sentence_is_not_said(
    house: House, tmp_path: Path, last_day: datetime
) -> None:
    assert FrontDesk(house).notice("training-choice")[0].deadline == last_day
    with house.writing() as work:
        house.set_policy(work, "as-first-reported")
    assert FrontDesk(house).notice("training-choice")[0].deadline is msgspec.UNSET
    with pytest.raises(Unfit, match="takes silence for a yes"):
        publish(house, tmp_path, last_day, version=4)


# ------------------------------------------------------------------------------------------------------------- the region


def test_each_answer_says_how_the_region_was_derived(town: Town) -> None:
    for claims, region, derived in (
        ({}, "US", "operator"),
        ({"region": "US"}, "US", "operator"),
        ({"region": "DE"}, "unknown", "conflict"),
    ):
        assert town.visit("ana", **claims).press("refuse").status_code == 303
        seen = town.under()
        assert (seen.region, seen.region_by) == (region, derived)
        town.moves_on()


def test_the_hosts_word_stands_where_the_operator_told_none_and_opens_nothing(town: Town) -> None:
    with town.house.writing() as work:
        people.enrol(town.house, work, "cy", tier="pro")
    assert town.visit("cy", region="DE").press("allow").status_code == 303
    assert (town.under().region, town.under().region_by) == ("DE", "host")
    assert town.region("cy") == "unknown", "a claim is evidence: what a person may be used by is told by the operator"


def test_two_sources_that_disagree_use_nothing_until_they_agree(town: Town) -> None:
    assert town.visit("ana", region="US").press("allow").status_code == 303
    assert town.region("ana") == "US"
    town.moves_on()
    assert town.visit("ana", region="DE").press("allow", notice="settings").status_code == 303
    assert (town.region("ana"), town.under().region_by) == ("unknown", "conflict")
    for chat in town.house.present().of_account(people.account_of(town.house, "ana")):
        ruled = FrontDesk(town.house).conversation(people.account_of(town.house, "ana"), chat).ruling
        assert ruled.use[MAIN].use != "allow"
    town.moves_on()
    # Nobody confirms it: it stays in doubt.
    assert town.visit("ana").press("allow", notice="settings").status_code == 303
    assert (town.region("ana"), town.under().region_by) == ("unknown", "unknown")
    town.moves_on()
    assert town.visit("ana", region="US").press("allow", notice="settings").status_code == 303
    assert (town.region("ana"), town.under().region_by) == ("US", "operator")


def test_the_operators_new_word_ends_the_doubt(town: Town) -> None:
    ana = people.account_of(town.house, "ana")
    assert town.visit("ana", region="DE").press("refuse").status_code == 303
    assert town.region("ana") == "unknown"
    town.moves_on()
    with town.house.writing() as work:
        work.record([RegionChanged(at=work.at, account=ana, region="DE")])
    assert town.region("ana") == "DE"
    assert town.visit("ana", region="DE").press("refuse").status_code == 303
    assert (town.under().region, town.under().region_by, town.region("ana")) == ("DE", "operator", "DE")


def test_a_claim_goes_through_the_element_and_its_pass(town: Town) -> None:
    told = town.send("question", link=parse_qs(urlsplit(town.link("ana", region="FR")).query)["t"][0])
    again = town.send("question", **{"pass": told["pass"]})
    fields = {"pass": again["pass"], "language": "en", "digest": again["question"]["digest"], "answer": "refuse", "key": "1" * 32}
    assert town.send("answer", **fields)["outcome"] == "recorded"
    assert town.under().region_by == "conflict"


def test_a_region_that_is_none_is_refused_when_a_link_is_made(town: Town) -> None:
    for wrong in ("Atlantis", "us", "", "DE;US"):
        with pytest.raises(Unfit, match="write a country as US or DE"):
            town.link("ana", region=wrong)
    with pytest.raises(Unfit, match="of a person"):
        links.mint(town.secret, "olga", "officer", at=town.house.now(), base_url=BASE, to="overview", region="DE")


def test_what_another_program_signs_that_is_no_region_lets_ana_in_and_opens_nothing(town: Town) -> None:
    key, ana = links.host_key(town.secret), people.account_of(town.house, "ana")
    for claim in ("Atlantis", "de", 7, ["DE"], "", "x" * 400):
        someone = Visitor(town.app)
        assert someone.enter(f"{BASE}/enter?t={signed(key, ana, claim, town.house.now())}").status_code == 303
        assert someone.press("refuse").status_code == 303, "a no is taken whatever the host wrote"
        assert (town.under().region, town.under().region_by) == ("unknown", "conflict")
        town.moves_on()


def signed(key: bytes, account: AccountId, claim: object, at: datetime) -> str:
    """A link's token made with a standard library, as docs/host.md says."""

    def b64(raw: bytes) -> bytes:
        return base64.urlsafe_b64encode(raw).rstrip(b"=")

    said = {
        "a": account,
        "k": "person",
        "m": 15,
        "n": hashlib.sha256(repr(claim).encode()).hexdigest()[:16],
        "t": "choice",
        "r": claim,
    }
    now = int(at.timestamp())
    text = b64(json.dumps(said).encode()) + b"." + b64(now.to_bytes((now.bit_length() + 7) // 8, "big"))
    derived = hmac.new(key, b"sayso.link/v1", hashlib.sha256).digest()
    return (text + b"." + b64(hmac.new(derived, text, hashlib.sha256).digest())).decode()


def test_a_host_that_asks_over_the_api_is_told_the_last_day_and_may_tell_the_region(town: Town, last_day: datetime) -> None:
    _, key = Grants(town.house.settings.keys).make_key("shop", SCOPES, town.house.now())
    headers = {"authorization": f"Bearer {key}"}
    assert town.elements.get("/v1/questions/training-choice", headers=headers).json()["until"] == until("en", last_day)
    assert town.elements.get("/v1/questions/settings", headers=headers).json()["until"] is None
    account = people.account_of(town.house, "ana")
    made = town.elements.post("/v1/links", json={"account": account, "region": "DE"}, headers=headers)
    assert made.status_code == 201
    someone = Visitor(town.app)
    assert someone.enter(made.json()["link"]).status_code == 303
    assert someone.press("refuse").status_code == 303
    assert town.under().region_by == "conflict"
    for wrong, status in (("Atlantis", 400), ("de", 400), (7, 400), ("XX", 422)):
        assert town.elements.post("/v1/links", json={"account": account, "region": wrong}, headers=headers).status_code == status
    # The same word said again ends no doubt; another one does.
    facts = {"tier": "pro", "region": "US"}
    assert not FrontDesk(town.house).hosts.tell(account, **facts)
    assert town.region("ana") == "unknown"
    assert FrontDesk(town.house).hosts.tell(account, **{**facts, "region": "DE"})
    assert town.region("ana") == "DE"


def test_a_receipt_says_whose_word_the_region_is(town: Town) -> None:
    for claims, words in (({}, "as the operator told"), ({"region": "DE"}, "told two")):
        done = town.visit("ana", **claims).press("refuse")
        seq = int(done.headers["location"].rpartition("=")[2])
        told = people.receipt_of(town.house, people.account_of(town.house, "ana"), seq)
        assert words in written(told, "html", "en", town.house.keys.signing).decode()
        town.moves_on()
