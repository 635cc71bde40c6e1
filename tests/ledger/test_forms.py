"""Ana's receipt in every form: one source, standard terms, and not a bit of any of them changed."""

from __future__ import annotations

import copy
import html
import importlib.util
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyld import jsonld

from sayso.app.pages.receipt import receipt_page
from sayso.app.receipts import FORMS, written
from sayso.facts.events import ChoiceMade, Circumstances, NoticeInvalidated
from sayso.ledger import Controller, Shown, Terms, line_proof, receipt, receipts
from sayso.proofs import SigningKey, tlog_proof, verify
from sayso.proofs.forms import KANTARA, RECORD, form
from sayso.proofs.statement import signed

from .conftest import KEY, NOTICE, TERMS, later
from .test_receipts import other, places, put

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("write_receipts", ROOT / "scripts" / "write_receipts.py")
assert spec is not None
assert spec.loader is not None
write_receipts = importlib.util.module_from_spec(spec)
spec.loader.exec_module(write_receipts)
STRANGER = SigningKey("example.com/stranger", b"s" * 32)
SHOWN = Shown(digest=NOTICE, name="training-choice", version=1)
SEEN = Circumstances(
    path="/me/choice", tier="pro", region="US", region_by="operator", age="adult", basis="consent",
    deadline=datetime(2025, 10, 9, tzinfo=UTC), gpc=True,
)  # fmt: skip
TERMS_DPV = {
    name: line.split()[0]
    for line in (Path(__file__).parent / "dpv_2_3.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for name in line.split()[1:]
}


def given_with(
    filled, engine, line: ChoiceMade, *, terms: Terms = TERMS, notice: Shown | None = SHOWN, unfair: bool = False
) -> Any:
    """The receipt of a line that is appended for it."""
    with engine.begin() as conn:
        lines = [line, NoticeInvalidated(at=later(days=2), notice=NOTICE, why="unfair")] if unfair else [line]
        [entry, *rest] = filled.append(conn, lines, recorded=later(days=2))
        note = filled.sign(conn, KEY, KEY.name)
        about = line_proof(rest[0], filled.proof(conn, rest[0].seq), note)["evidence"] if rest else None
        made = receipt(entry, filled.proof(conn, entry.seq), note, notice, terms=terms, signer=KEY, unfair=about, secret=b"s" * 32)  # type: ignore[arg-type]  # evidence is an object
    return json.loads(json.dumps(made))


@pytest.fixture
def told(filled, engine) -> Any:
    return given_with(
        filled, engine, ChoiceMade(at=later(days=1), account="ana", say="allow", via="notice", notice=NOTICE, locale="en", pressed="Allow <b>", under=SEEN)
    )  # fmt: skip


@pytest.fixture
def all_states(filled, engine, told) -> dict[str, Any]:
    """A receipt of each state, whatever its operator filled in."""
    no = {"at": later(days=1), "account": "bo", "say": "refuse", "notice": NOTICE, "under": SEEN}
    more = Terms(
        controllers=(Controller(id="c", name="Ä", address="x", contact="y", email="e@example.com", phone="1"),), privacy_notice="p",
        withdrawal="w", retention="r", jurisdiction="DE", recipients=("A", "B"), storage_locations=("EU",), lawful_basis="dpv:LegitimateInterest",
    )  # fmt: skip
    return {
        "given": told,
        "refused": given_with(filled, engine, ChoiceMade(**no, via="notice")),
        "withdrawn": given_with(filled, engine, ChoiceMade(**no, via="withdrawal"), terms=more),
        "bare": given_with(filled, engine, ChoiceMade(at=later(days=1), account="cy", say="allow"), notice=None),
        "invalidated": given_with(
            filled, engine, ChoiceMade(at=later(days=1), account="cy", say="allow", notice=NOTICE), unfair=True
        ),
    }


def no_network(url: str, options: Any) -> Any:
    raise AssertionError(f"reading a receipt as linked data asked for {url}")


def expanded(told: Any) -> list[Any]:
    return list(jsonld.expand(told, {"documentLoader": no_network}))


def iris(node: Any) -> set[str]:
    """Every IRI that an expanded document uses as a term: as a property, a type, or a value that is only an id."""
    if isinstance(node, list):
        return set().union(*map(iris, node))
    if not isinstance(node, dict) or "@value" in node:
        return set()
    found = {name for name in node if not name.startswith("@")} | set(node.get("@type", ()))
    found |= {node["@id"]} if set(node) == {"@id"} else set()
    return found.union(*map(iris, node.values()))


DPV = "https://w3id.org/dpv#"


def test_every_dpv_term_that_any_form_uses_exists_and_is_used_as_what_it_is(all_states):
    used: set[str] = set()
    for told in all_states.values():
        for made in (told, form(told, RECORD)):
            found = iris(expanded(made))
            used |= {one for one in found if one.startswith(DPV)}
            assert all(
                one.startswith((DPV, "http://purl.org/dc/terms/", "urn:sayso:", "https://w3id.org/dpv/schema/")) for one in found
            )
    names = {one.removeprefix(DPV) for one in used}
    assert names <= set(TERMS_DPV)
    assert len(names) > 30, "and the list above is what is looked for"
    for name in names:
        assert TERMS_DPV[name] == ("property" if name[0].islower() else "class"), name


def test_a_term_that_does_not_exist_is_found(told):
    bent = json.loads(json.dumps(told).replace("dpv:hasDataSubject", "dpv:hasPerson"))
    assert DPV + "hasPerson" in iris(expanded(bent))
    assert "hasPerson" not in TERMS_DPV


def test_what_the_receipt_says_is_said_in_standard_terms(all_states):
    for state, status in (("given", "Given"), ("refused", "Refused"), ("withdrawn", "Withdrawn"), ("invalidated", "Invalidated")):
        told = all_states[state]
        [node] = expanded(told)
        assert node["@type"] == [DPV + "ConsentReceipt"]
        assert node["http://purl.org/dc/terms/conformsTo"] == [{"@id": "https://w3id.org/dpv/schema/dpv-27560#receipt"}]
        [event] = node[DPV + "hasConsentStatus"]
        assert event["@type"] == [f"{DPV}Consent{status}"]
        assert event[DPV + "isIndicatedAtTime"] == [
            {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": told["event"]["time"]}
        ]
        assert node[DPV + "hasPurpose"] == [{"@id": "urn:sayso:purpose:model_training"}]
        assert node[DPV + "hasDataSubject"] == [{"@value": told["pii_principal_id"]}]
        [record] = node[DPV + "hasRecordOfActivity"]
        assert record["@type"] == [DPV + "ConsentRecord"]
    assert expanded(all_states["given"])[0][DPV + "hasLegalBasis"] == [{"@id": DPV + "Consent"}], "as the policy said then"
    assert expanded(all_states["withdrawn"])[0][DPV + "hasLegalBasis"] == [{"@id": DPV + "LegitimateInterest"}], (
        "as the operator says"
    )
    assert DPV + "hasLegalBasis" not in expanded(all_states["bare"])[0], "never guessed"


def test_the_record_has_the_shape_of_the_guide(all_states):
    [node] = expanded(form(all_states["given"], RECORD))
    assert node["@type"] == [DPV + "ConsentRecord"]
    assert node["http://purl.org/dc/terms/conformsTo"] == [{"@id": "https://w3id.org/dpv/schema/dpv-27560#record"}]
    [process] = node[DPV + "hasProcess"]
    assert process["@type"] == [DPV + "Process"]
    for name in ("hasPurpose", "hasPersonalData", "hasDataController", "hasStorageCondition", "hasConsentControl", "hasRight"):
        assert process[DPV + name], name
    assert node[DPV + "hasConsentStatus"][0]["@type"] == [DPV + "ConsentGiven"]
    assert "urn:sayso:record:example.com/log" in node["@id"]


OWN = "urn:sayso:receipt:"


def test_the_last_day_and_whose_word_the_region_is_stand_in_the_record_in_terms_of_our_own(all_states):
    [node] = expanded(form(all_states["given"], RECORD))
    [status] = node[DPV + "hasConsentStatus"]
    assert status[OWN + "deadline"] == [{"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": "2025-10-09T00:00:00Z"}]
    assert (status[OWN + "region"], status[OWN + "region_by"]) == ([{"@value": "US"}], [{"@value": "operator"}])
    [seen] = expanded(all_states["given"])[0][OWN + "choice"][0][OWN + "circumstances"]
    assert seen[OWN + "deadline"] == [{"@value": "2025-10-09T00:00:00Z"}], "the receipt says the same in the same terms"
    assert seen[OWN + "region_by"] == status[OWN + "region_by"]
    [bare] = expanded(form(all_states["bare"], RECORD))
    assert OWN not in json.dumps(bare[DPV + "hasConsentStatus"]), "nothing is said of what was not looked at"


def test_the_kantara_form_says_them_beside_its_own_fields(all_states):
    made = form(all_states["given"], KANTARA)
    own = {name: value for name, value in made.items() if name.startswith("sayso:")}
    assert own == {"sayso:deadline": "2025-10-09T00:00:00Z", "sayso:region": "US", "sayso:region_by": "operator"}
    assert not any(name.startswith("sayso:") for name in form(all_states["bare"], KANTARA))


def test_no_last_day_is_said_where_the_screen_named_none_and_a_conflict_says_who_differs(filled, engine):
    seen = Circumstances(path="/me/choice", region_by="conflict", region_against=("person",))
    told = given_with(filled, engine, ChoiceMade(at=later(days=1), account="bo", say="refuse", notice=NOTICE, under=seen))
    made = form(told, KANTARA)
    assert "sayso:deadline" not in made
    assert (made["sayso:region_by"], made["sayso:region_against"]) == ("conflict", ["person"])
    [status] = expanded(form(told, RECORD))[0][DPV + "hasConsentStatus"]
    assert OWN + "deadline" not in status
    assert status[OWN + "region_against"] == [{"@value": "person"}]
    for language, words in (("en", "what the operator, you or the service"), ("de", "die Angaben des Betreibers, Ihre")):
        assert words in receipt_page(told, language, KEY).decode()
    own = Circumstances(path="/me/choice", region="DE", region_by="person")
    told = given_with(filled, engine, ChoiceMade(at=later(days=2), account="bo", say="refuse", notice=NOTICE, under=own))
    assert "region DE as you said yourself" in receipt_page(told, "en", KEY).decode()


@pytest.mark.parametrize("kind", ["sayso/record/v1", "sayso/kantara/v1"])
def test_a_form_that_was_handed_out_before_them_goes_on_to_hold_and_is_not_taken_for_a_new_one(told, kind, tmp_path):
    made = form(told, kind)
    assert '"sayso:' not in json.dumps({name: value for name, value in made.items() if name != "receipt"})
    assert verify(written_to(tmp_path / "file", json.dumps(made).encode()), KEY.vkey()).ok
    for bent in ({**made, "format": kind.replace("v1", "v2")}, {**form(told, kind.replace("v1", "v2")), "format": kind}):
        assert not verify(written_to(tmp_path / "file", json.dumps(bent).encode()), KEY.vkey()).ok


# Kantara Consent Receipt v1.1 (github.com/KantaraInitiative/consent-receipt-v-next, CR_v1_1, commit 3b4e81b): its draft-04 schema.
TEXT, TEXTS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
PURPOSE = {
    "type": "object",
    "properties": {
        "purpose": TEXT, "consentType": TEXT, "purposeCategory": TEXTS, "piiCategory": TEXTS, "primaryPurpose": {"type": "boolean"},
        "termination": TEXT,
    },
    "required": ["consentType", "purposeCategory", "piiCategory", "termination", "thirdPartyDisclosure"],
    "oneOf": [
        {"properties": {"thirdPartyDisclosure": {"type": "boolean", "enum": [False]}}, "required": ["thirdPartyDisclosure"]},
        {
            "properties": {"thirdPartyDisclosure": {"type": "boolean", "enum": [True]}, "thirdPartyName": TEXT},
            "required": ["thirdPartyDisclosure", "thirdPartyName"],
        },
    ],
}  # fmt: skip
CONTROLLER = {
    "type": "object",
    "properties": {"piiController": TEXT, "contact": TEXT, "address": {"type": "object"}, "email": TEXT, "phone": TEXT},
    "required": ["piiController", "contact", "address", "email", "phone"],
}
KANTARA_SCHEMA = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "properties": {
        "version": TEXT, "jurisdiction": TEXT, "consentTimestamp": {"type": "integer", "minimum": 0}, "collectionMethod": TEXT,
        "consentReceiptID": TEXT, "language": TEXT, "piiPrincipalId": TEXT, "policyUrl": TEXT, "sensitive": {"type": "boolean"},
        "spiCat": TEXTS, "piiControllers": {"type": "array", "items": CONTROLLER},
        "services": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"service": TEXT, "purposes": {"type": "array", "items": PURPOSE}},
                "required": ["service", "purposes"],
            },
        },
    },
    "required": [
        "version", "jurisdiction", "consentTimestamp", "collectionMethod", "consentReceiptID", "piiPrincipalId", "piiControllers",
        "services", "policyUrl", "sensitive", "spiCat",
    ],
}  # fmt: skip


def test_the_kantara_form_is_what_its_schema_asks_for_and_no_no_reads_as_a_yes(all_states):
    for state, told in all_states.items():
        made = form(told, KANTARA)
        jsonschema.Draft4Validator(KANTARA_SCHEMA).validate(made)
        [purpose] = made["services"][0]["purposes"]
        assert (purpose["consentType"] == "EXPLICIT") == (state in ("given", "bare"))
    assert form(all_states["withdrawn"], KANTARA)["services"][0]["purposes"][0]["thirdPartyName"] == "A, B"
    for field in KANTARA_SCHEMA["required"]:
        less = {name: value for name, value in made.items() if name != field}
        assert not jsonschema.Draft4Validator(KANTARA_SCHEMA).is_valid(less), field


def written_to(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("kind", list(FORMS))
def test_each_form_of_each_state_holds_and_says_the_same(all_states, kind, tmp_path):
    for state, told in all_states.items():
        for language in ("en", "de"):
            verdict = verify(written_to(tmp_path / "file", written(told, kind, language, KEY)), KEY.vkey())
            assert verdict.ok, (state, verdict)
            plain = verify(written_to(tmp_path / "plain", written(told, "jsonld", "en", KEY)), KEY.vkey())
            assert set(plain.lines) <= set(verdict.lines)
            assert not verify(tmp_path / "file", STRANGER.vkey()).ok


@pytest.mark.parametrize("kind", [RECORD, KANTARA])
def test_each_field_of_a_derived_form_changed_refuses(all_states, kind, tmp_path):
    """The receipt in it still holds; it is the form around it that says something else."""
    made = form(all_states["withdrawn"], kind)
    fields = [at for at in places(made) if at[0] != "receipt"]
    assert len(fields) > 15
    for at in fields:
        raw = json.dumps(put(made, at, other)).encode()
        assert not verify(written_to(tmp_path / "file", raw), KEY.vkey()).ok, at
    for name in made:
        less = {key: value for key, value in made.items() if key != name}
        assert not verify(written_to(tmp_path / "file", json.dumps(less).encode()), KEY.vkey()).ok, name
    for more in ({"more": 1}, {"sensitive": 1}, {"format": RECORD if kind == KANTARA else KANTARA}):
        assert not verify(written_to(tmp_path / "file", json.dumps({**made, **more}).encode()), KEY.vkey()).ok, more


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_flipped_bit_of_any_form_changes_nothing_it_says_or_refuses(told, tmp_path, data):
    kind = data.draw(st.sampled_from(list(FORMS)))
    whole = written(told, kind, "en", KEY)
    raw = bytearray(whole)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    if verify(written_to(tmp_path / "file", bytes(raw)), KEY.vkey()).ok:
        assert kind != "html", "every byte of a page is signed"
        assert json.loads(bytes(raw)) == json.loads(whole)


def test_the_circumstances_on_a_receipt_are_those_that_were_logged(told, tmp_path):
    assert told["choice"]["circumstances"]["gpc"] is True
    for name, value in told["choice"]["circumstances"].items():
        bent = copy.deepcopy(told)
        bent["choice"]["circumstances"][name] = 1 if value is True else other(value)
        verdict = verify(written_to(tmp_path / "file", json.dumps(signed(bent, KEY)).encode()), KEY.vkey())
        assert "circumstances" in verdict.lines[0], name
    for bent in (None, {}, {"path": "/x"}):
        changed = put(told, ("choice", "circumstances"), lambda _, bent=bent: bent)
        assert not verify(written_to(tmp_path / "file", json.dumps(signed(changed, KEY)).encode()), KEY.vkey()).ok


def test_a_page_is_read_offline_runs_nothing_and_prints(told):
    for language, word in (("en", "You allowed"), ("de", "Sie haben erlaubt")):
        page = receipt_page(told, language, KEY).decode()
        assert word in page
        assert f'<html lang="{language}">' in page
        assert "Allow &lt;b&gt;" in page, "what was pressed is text"
        assert not re.search(r"(src|href)=|url\(|@import|http-equiv=.refresh", page)
        assert re.findall(r"<script[^>]*>", page) == ['<script type="application/json" id="receipt">']
        assert "default-src 'none'" in html.unescape(page)
        assert "@media print" in page
        assert KEY.vkey() in page


def test_a_page_without_its_end_or_with_two_receipts_or_more_after_it_refuses(told, tmp_path):
    whole = receipt_page(told, "en", KEY)
    body, _, end = whole.rpartition(b"<!--sayso")
    for raw in (body, whole + b" ", whole[:-1], b" " + whole, whole.replace(b"\n", b"\r\n"), whole + whole, whole.replace(b"</main>", b"</main>" + b"<p>")):  # fmt: skip
        assert not verify(written_to(tmp_path / "file", raw), KEY.vkey()).ok
    assert end


def test_newer_evidence_overtakes_an_answer_or_says_nothing_of_it(filled, engine, told, tmp_path):
    old = written_to(tmp_path / "old", written(told, "html", "en", KEY))
    later_no = given_with(
        filled, engine, ChoiceMade(at=later(days=2), account="ana", say="refuse", notice=NOTICE, via="withdrawal")
    )
    newer = written_to(tmp_path / "newer", written(later_no, "kantara", "en", KEY))
    verdict = verify(old, KEY.vkey(), newer=[newer])
    assert (verdict.ok, verdict.lines[0]) == (False, "does not hold any more:")
    assert "a later answer, `refuse`" in verdict.lines[1]
    assert verify(newer, KEY.vkey(), newer=[old]).ok, "an older one overtakes nothing"
    of_bo = given_with(filled, engine, ChoiceMade(at=later(days=2), account="bo", say="refuse", notice=NOTICE))
    assert verify(old, KEY.vkey(), newer=[written_to(tmp_path / "bo", json.dumps(of_bo).encode())]).ok
    # Words found unfair that were not these, and newer evidence that does not hold.
    with engine.begin() as conn:
        [entry] = filled.append(conn, [NoticeInvalidated(at=later(days=3), notice="0" * 64)], recorded=later(days=3))
        note = filled.sign(conn, KEY, KEY.name)
        evidence: Any = line_proof(entry, filled.proof(conn, entry.seq), note)["evidence"]
    strange = written_to(tmp_path / "other.tlog-proof", tlog_proof(evidence).encode())
    assert verify(old, KEY.vkey(), newer=[strange]).ok
    for raw in (strange.read_bytes().replace(b"index ", b"index 1"), strange.read_bytes()[:-9], b"{}", b""):
        broken = written_to(tmp_path / "broken", raw)
        verdict = verify(old, KEY.vkey(), newer=[broken])
        assert not verdict.ok
        assert "newer evidence" in verdict.lines[0]
    assert not verify(old, KEY.vkey(), newer=[tmp_path / "nowhere"]).ok
    # A receipt cannot be called invalidated by a line about other words.
    bent = signed({**told, "invalidated": evidence, "event": {**told["event"], "state": "invalidated"}}, KEY)
    assert "not about its notice" in verify(written_to(tmp_path / "file", json.dumps(bent).encode()), KEY.vkey()).lines[0]


def test_the_statuses_are_those_of_the_standard():
    assert set(receipts.STATUS) == {"given", "refused", "withdrawn", "invalidated"}
    assert all(name.removeprefix("dpv:") in TERMS_DPV for name in (*receipts.STATUS.values(), *receipts.BASIS.values()))


# ------------------------------------------------------------------------------------------------- the examples in the specification


def test_the_examples_are_what_the_script_writes_and_each_holds(tmp_path):
    made = write_receipts.files()
    assert {path.name: path.read_bytes() for path in (ROOT / "spec" / "receipts").iterdir()} == made, "run `make docs`"
    key = made["key.txt"].decode().strip()
    for name in made.keys() - {"key.txt"}:
        verdict = verify(ROOT / "spec" / "receipts" / name, key)
        assert verdict.ok, (name, verdict)
        if name.endswith("json"):
            assert expanded(json.loads(made[name])) or ".kantara" in name
    folder = ROOT / "spec" / "receipts"
    before = folder / "given-before-it-was-found-unfair.json"
    assert not verify(before, key, newer=[folder / "unfair.tlog-proof"]).ok
    assert verify(folder / "given.json", key, newer=[folder / "unfair.tlog-proof"]).ok
    assert not verify(folder / "given.json", key, newer=[folder / "withdrawn.html"]).ok


def test_the_page_opens_with_one_of_them():
    page = (ROOT / "spec" / "receipt.md").read_text("utf-8")
    assert page.startswith(f"# A receipt: `sayso/receipt/v1`\n\n```json\n{write_receipts.opening()}```"), "run `make docs`"
