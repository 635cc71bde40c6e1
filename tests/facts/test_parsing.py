"""What the author of a case file gets wrong is told in one line, and nothing half-read goes on."""

import pytest

from sayso.facts.errors import Unfit
from sayso.facts.events import HoldPlaced, parse_event

GOOD = {"at": "2025-10-08T12:00:00Z", "type": "choice", "account": "ana", "say": "allow"}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (None, "not an object"),
        ([], "not an object"),
        ("choice", "not an object"),
        ({**GOOD, "at": None}, "case 3: at `None` is no ISO 8601 instant"),
        ({key: value for key, value in GOOD.items() if key != "at"}, "at `None`"),
        ({**GOOD, "at": 1759924800}, "at `1759924800` is no ISO 8601 instant"),
        ({**GOOD, "at": "2025-10-08T12:00"}, "has no time zone"),
        ({**GOOD, "at": "2025-02-29"}, "not a day or time that exists"),
        ({**GOOD, "type": "choise"}, "choise"),
        ({key: value for key, value in GOOD.items() if key != "type"}, "type"),
        ({**GOOD, "say": "maybe"}, "maybe"),
        ({**GOOD, "say": "Allow"}, "Allow"),
        ({**GOOD, "say": None}, "say"),
        ({**GOOD, "account": 7}, "account"),
        ({**GOOD, "acount": "ana"}, "acount"),
        ({key: value for key, value in GOOD.items() if key != "account"}, "account"),
        ({**GOOD, "covers": "everything"}, "everything"),
        ({"at": GOOD["at"], "type": "deleted"}, "name a conversation or an account"),
        ({"at": GOOD["at"], "type": "deleted", "account": "ana", "conversation": "c"}, "name a conversation or an account"),
        ({"at": GOOD["at"], "type": "turn", "account": "ana", "conversation": "c", "role": 7}, "role"),
        ({"at": GOOD["at"], "type": "hold_placed", "hold": "h", "scope": {"form": "2025-01-01"}}, "form"),
        ({"at": GOOD["at"], "type": "hold_placed", "hold": "h", "scope": {"from": "soon"}}, "scope.from `soon`"),
        ({"at": GOOD["at"], "type": "hold_placed", "hold": "h", "scope": {"except": {"to": "2025-13-01"}}}, "scope.to `2025-13-01`"),
        ({"at": GOOD["at"], "type": "hold_placed", "hold": "h", "scope": {"accounts": "ana"}}, "accounts"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_in_one_line_that_names_its_place(raw, told):
    with pytest.raises(Unfit) as refusal:
        parse_event(raw, where="case 3")
    line = str(refusal.value)
    assert told in line
    assert line.startswith("case 3")
    assert "\n" not in line
    assert len(line) < 300


@pytest.mark.parametrize("told", ["no", 0, None, []])
def test_a_fact_of_the_wrong_kind_is_not_known_and_so_permits_nothing(told):
    read = parse_event(
        {"at": GOOD["at"], "type": "turn", "account": "ana", "conversation": "c", "incognito": told, "surface": told}
    )
    assert read.incognito is None
    assert read.surface == ("no" if told == "no" else "unknown")


def test_a_good_event_is_read_with_its_defaults_and_in_utc():
    read = parse_event({**GOOD, "at": "2025-10-08T21:00:00+09:00"})
    assert str(read.at) == "2025-10-08 12:00:00+00:00"
    assert (read.purpose, read.via, read.covers, read.notice) == ("model_training", "settings", "from_now", None)


def test_a_hold_is_read_with_its_exceptions():
    scope = {"regions": ["US"], "from": "2025-01-01", "except": {"accounts": ["bo"], "to": "2025-06-01T00:00:00+02:00"}}
    read = parse_event({"at": GOOD["at"], "type": "hold_placed", "hold": "h", "scope": scope})
    assert isinstance(read, HoldPlaced)
    assert read.scope.regions == ("US",)
    assert read.scope.exempt is not None
    assert read.scope.exempt.accounts == ("bo",)
    assert read.scope.exempt.until is not None
    assert read.scope.exempt.until.isoformat() in ("2025-05-31T22:00:00+00:00", "2025-06-01T00:00:00+02:00")


def test_what_was_handed_over_is_left_as_it_was():
    raw = {"at": "2025-10-08", "type": "hold_placed", "hold": "h", "scope": {"from": "2025-01-01", "except": {"to": "2025-01-01"}}}
    copy = {**raw, "scope": {"from": "2025-01-01", "except": {"to": "2025-01-01"}}}
    parse_event(raw)
    assert raw == copy
