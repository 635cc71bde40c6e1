"""Ana takes a receipt home. It holds offline, and not with a single bit of it changed."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.facts.deeds import Released
from sayso.facts.errors import Broken, Unfit
from sayso.facts.events import ChoiceMade
from sayso.ledger import Shown, line_proof, receipt
from sayso.proofs import SigningKey, blind, commitment, membership, verify
from sayso.proofs.statement import signed

from .conftest import KEY, NOTICE, TERMS, later

STRANGER = SigningKey("example.com/stranger", b"s" * 32)
SHOWN = Shown(digest=NOTICE, name="training-choice", version=1)


@dataclass
class Home:
    """What Ana keeps, as JSON data, and the file she keeps it in."""

    told: dict[str, Any]
    path: Any

    def verdict(self, told: object = None, key: SigningKey = KEY):
        self.path.write_text(
            json.dumps(self.told if told is None else told, ensure_ascii=False), encoding="utf-8", errors="surrogatepass"
        )
        return verify(self.path, key.vkey())


def made(filled, engine, seq: int, notice: Shown | None = SHOWN, **more: Any) -> dict[str, Any]:
    with engine.begin() as conn:
        note = filled.sign(conn, KEY, KEY.name)
        return json.loads(
            json.dumps(receipt(filled.entry(conn, seq), filled.proof(conn, seq), note, notice, terms=TERMS, signer=KEY, **more))
        )


@pytest.fixture
def home(filled, engine, tmp_path) -> Home:
    return Home(made(filled, engine, 5), tmp_path / "receipt.json")


def test_anas_receipt_holds_and_says_what_it_proves_and_what_not(home):
    verdict = home.verdict()
    assert verdict.ok
    assert verdict.lines[0] == (
        "proves: account `ana` answered `allow` for `model_training`, from then on; recorded 2025-10-08T12:02:00Z as line 5"
    )
    assert NOTICE in verdict.lines[2]
    assert sum(line.startswith("does not prove: ") for line in verdict.lines) == 3


def test_bos_refusal_and_a_withdrawal_have_receipts_too(filled, engine, tmp_path):
    bo = made(filled, engine, 6)
    assert (bo["event"]["state"], bo["event"]["status"]) == ("refused", "dpv:ConsentRefused")
    assert bo["choice"]["language"] == "de"
    assert bo["choice"]["pressed"] == "Nicht erlauben"
    with engine.begin() as conn:
        filled.append(conn, [ChoiceMade(at=later(days=1), account="ana", say="refuse", via="withdrawal")], recorded=later(days=1))
    back = made(filled, engine, 10, None)
    assert (back["event"]["state"], back["notice"]) == ("withdrawn", None)
    verdict = Home(back, tmp_path / "back.json").verdict()
    assert verdict.ok
    assert "does not prove: which words were shown; no notice is named" in verdict.lines


def test_a_receipt_has_what_iso_27560_asks_for(home):
    told = home.told
    for field in (
        "schema_version",
        "receipt_id",
        "pii_principal_id",
        "privacy_notice",
        "purpose_type",
        "pii_information",
        "pii_controllers",
        "retention_period",
        "jurisdiction",
        "recipients",
        "withdrawal_method",
    ):
        assert told[field], field
    assert told["record"].keys() >= {"id", "schema_version", "created"}
    assert told["event"].keys() >= {"time", "validity", "entity_id", "type", "state"}
    assert told["pii_controllers"][0].keys() >= {"id", "name", "address", "contact", "type"}
    assert isinstance(told["@context"], dict)  # inline: reading it downloads nothing
    assert "urn:" in told["@context"]["@vocab"]
    assert any("pseudonym" in limit for limit in told["limits"])


def places(told: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every leaf of a JSON document, by its path."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield from places(value, (*at, name))
    elif isinstance(told, list):
        for number, value in enumerate(told):
            yield from places(value, (*at, number))
    else:
        yield at


def put(told: Any, at: tuple[Any, ...], change: Any) -> Any:
    bent = copy.deepcopy(told)
    inner = bent
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = change(inner[at[-1]])
    return bent


def other(value: Any) -> Any:
    return (
        not value
        if isinstance(value, bool)
        else value + 1
        if isinstance(value, int | float)
        else "x"
        if value is None
        else value + "x"
    )


def test_each_field_changed_refuses(home):
    fields = list(places(home.told))
    assert len(fields) > 60
    for at in fields:
        verdict = home.verdict(put(home.told, at, other))
        assert not verdict.ok, at
        assert verdict.lines[0].startswith("does not hold: ")


def test_each_part_taken_away_or_added_refuses(home):
    for name in home.told:
        assert not home.verdict({key: value for key, value in home.told.items() if key != name}).ok, name
    assert not home.verdict({**home.told, "more": 1}).ok
    assert not home.verdict({**home.told, "evidence": {**home.told["evidence"], "more": 1}}).ok


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_flipped_bit_of_any_field_is_overlooked(home, data):
    at = data.draw(st.sampled_from([place for place in places(home.told) if isinstance(_at(home.told, place), str)]))
    text = _at(home.told, at)
    if not text:
        return
    raw = bytearray(text.encode())
    spot, bit = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 7))
    raw[spot] ^= 1 << bit
    try:
        bent = raw.decode()
    except UnicodeDecodeError:
        return
    assert not home.verdict(put(home.told, at, lambda _: bent)).ok


def _at(told: Any, at: tuple[Any, ...]) -> Any:
    for step in at:
        told = told[step]
    return told


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 1_000_000), st.integers(0, 7))
def test_a_flipped_bit_of_the_file_changes_nothing_it_says_or_refuses(home, at, bit):
    """A space that becomes another space says the same; anything else is refused."""
    home.verdict()
    raw = bytearray(home.path.read_bytes())
    raw[at % len(raw)] ^= 1 << bit
    home.path.write_bytes(bytes(raw))
    verdict = verify(home.path, KEY.vkey())
    if verdict.ok:
        assert json.loads(bytes(raw)) == home.told


def test_even_the_operator_cannot_sign_fields_that_the_log_does_not_bear_out(home):
    """Each plain field that a line decides is compared with the line, though the signature over the file would hold."""
    changes = {
        ("choice", "say"): "refuse", ("choice", "purpose"): "human_review", ("choice", "covers"): "stored", ("choice", "via"): "settings",
        ("choice", "pressed"): "Refuse", ("choice", "language"): "fr", ("event", "state"): "refused", ("event", "time"): "2025-10-08T12:01:01Z",
        ("event", "recorded"): "2025-10-08T12:02:01Z", ("event", "seq"): 6, ("pii_principal_id",): "bo", ("record", "id"): "example.com/log/6",
        ("notice", "digest"): "0" * 64, ("notice",): None, ("choice",): "allow", ("event",): None,
    }  # fmt: skip
    for at, value in changes.items():
        bent = signed(put(home.told, at, lambda _, value=value: value), KEY)
        verdict = home.verdict(bent)
        assert not verdict.ok, at
        assert "signature" not in verdict.lines[0]


def test_evidence_of_another_line_or_log_does_not_serve(home, filled, engine):
    bo = made(filled, engine, 6)
    for part in ("text", "salt"):
        bent = copy.deepcopy(home.told)
        bent["evidence"]["opening"][part] = bo["evidence"]["opening"][part]
        assert not home.verdict(signed(bent, KEY)).ok
    for part in ("opening", "inclusion"):
        bent = copy.deepcopy(home.told)
        bent["evidence"][part] = bo["evidence"][part]
        assert not home.verdict(signed(bent, KEY)).ok
    # A checkpoint signed by somebody else, under a file signed by us.
    bent = copy.deepcopy(home.told)
    text = bent["evidence"]["checkpoint"].split("\n\n")[0] + "\n"
    bent["evidence"]["checkpoint"] = STRANGER.sign(text)
    assert not home.verdict(signed(bent, KEY)).ok
    # The signature of the file cannot pass for a checkpoint, nor the other way round.
    bent = copy.deepcopy(home.told)
    bent["evidence"]["checkpoint"] = bent["signature"]
    assert not home.verdict(signed(bent, KEY)).ok
    assert not home.verdict({**home.told, "signature": home.told["evidence"]["checkpoint"]}).ok


def test_another_key_does_not_verify_it(home):
    assert not home.verdict(key=STRANGER).ok
    assert not home.verdict(key=SigningKey(KEY.name, b"s" * 32)).ok
    home.verdict()
    for key in ("", "nonsense", KEY.vkey()[:-3]):
        assert not verify(home.path, key).ok


def test_a_receipt_is_made_for_the_choice_and_the_notice_it_was_made_on(filled, engine):
    with engine.begin() as conn:
        note = filled.sign(conn, KEY, KEY.name)
        turn, choice = filled.entry(conn, 7), filled.entry(conn, 5)
        with pytest.raises(Unfit, match="line 7 is no choice"):
            receipt(turn, filled.proof(conn, 7), note, None, terms=TERMS, signer=KEY)
        for notice in (None, Shown(digest="0" * 64)):
            with pytest.raises(Unfit, match="notice handed over"):
                receipt(choice, filled.proof(conn, 5), note, notice, terms=TERMS, signer=KEY)


def test_a_receipt_that_would_not_hold_is_never_handed_out(filled, engine):
    with engine.begin() as conn:
        [old, note] = filled.checkpoints(conn)
        entry, proof = filled.entry(conn, 5), filled.proof(conn, 5)
        for bad in ({"checkpoint_note": old}, {"proof": proof[:-1]}, {"signer": STRANGER}):
            good = {"entry": entry, "proof": proof, "checkpoint_note": note, "notice": SHOWN, "terms": TERMS, "signer": KEY}
            with pytest.raises(Broken, match="line 5 would not hold"):
                receipt(**{**good, **bad})


def test_ana_finds_her_conversation_in_a_release_and_bo_does_not(filled, engine, tmp_path):
    ana, bo = b"a" * 32, b"b" * 32
    made_of = commitment([blind(ana, "r1", "c-ana"), *(blind(ana, "r1", f"c{at}") for at in range(200))])
    line = Released(
        at=later(days=1),
        release="r1",
        purpose="model_training",
        pin=9,
        root=made_of.root.hex(),
        manifest="0" * 64,
        lineage="1" * 64,
        rows=201,
    )
    with engine.begin() as conn:
        [entry] = filled.append(conn, [line], recorded=later(days=1))
        logged = line_proof(entry, filled.proof(conn, entry.seq), filled.sign(conn, KEY, KEY.name))["evidence"]
    for secret, chat, told in ((ana, "c-ana", "is among"), (bo, "c-bo", "is not among"), (ana, "c-bo", "is not among")):
        shown = Home(membership(made_of, logged, "r1", chat, secret), tmp_path / "membership.json")
        verdict = shown.verdict()
        assert verdict.ok
        assert f"`{chat}` {told} the rows that release `r1` declares" in verdict.lines[0]
    # Whatever is altered either refuses, or names another conversation or secret and says so of that one.
    for at in places(shown.told):
        if at not in (("conversation",), ("blinding_secret",)):
            assert not shown.verdict(put(shown.told, at, other)).ok, at
    hidden = Home(membership(made_of, logged, "r1", "c-ana", ana), tmp_path / "membership.json")
    for gone in range(len(hidden.told["bucket"])):
        fewer = [one for number, one in enumerate(hidden.told["bucket"]) if number != gone]
        assert not hidden.verdict({**hidden.told, "bucket": fewer}).ok


def test_the_secret_for_finding_ones_conversations_travels_in_the_receipt_when_handed_over(filled, engine, tmp_path, home):
    with_secret = made(filled, engine, 5, secret=bytes(range(32)))
    assert with_secret["blinding_secret"] == bytes(range(32)).hex()
    assert Home(with_secret, tmp_path / "s.json").verdict().ok
    assert "blinding_secret" not in home.told


def test_a_line_is_proven_under_the_last_checkpoint_and_not_before_it_is_counted(filled, engine, tmp_path):
    with engine.begin() as conn:
        filled.append(conn, [ChoiceMade(at=later(days=1), account="cy", say="allow")], recorded=later(days=1))
        told = filled.prove(conn, 9)
        with pytest.raises(Unfit, match="no checkpoint counts ledger line 10 yet"):
            filled.prove(conn, 10)
    assert Home(told, tmp_path / "proof.json").verdict().ok


def test_any_other_line_can_be_shown_to_stand_in_the_log(filled, engine, tmp_path):
    with engine.begin() as conn:
        note = filled.sign(conn, KEY, KEY.name)
        told = line_proof(filled.entry(conn, 9), filled.proof(conn, 9), note)
    shown = Home(told, tmp_path / "proof.json")
    assert shown.verdict().ok
    assert "`turn`" in shown.verdict().lines[0]
    for at in places(told):
        assert not shown.verdict(put(told, at, other)).ok, at
