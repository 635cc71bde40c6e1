"""Time as a person counts it: leap days, month ends, zones, and the end of the calendar."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.facts.errors import Unfit
from sayso.facts.instants import LAST, add_calendar, from_epoch, iso, parse_instant

moments = st.datetimes(timezones=st.just(UTC))


def day(text: str) -> datetime:
    return parse_instant(text)


@pytest.mark.parametrize(
    ("start", "moved", "end"),
    [
        ("2024-02-29", {"years": 5}, "2029-02-28"),
        ("2024-02-29", {"years": 4}, "2028-02-29"),
        ("2024-02-29", {"years": 1}, "2025-02-28"),
        ("2025-01-31", {"months": 1}, "2025-02-28"),
        ("2024-01-31", {"months": 1}, "2024-02-29"),
        ("2025-03-31", {"months": 1}, "2025-04-30"),
        ("2025-12-31", {"months": 2}, "2026-02-28"),
        ("2025-10-31", {"months": 14}, "2026-12-31"),
        ("2025-10-08", {"years": 1, "months": -12}, "2025-10-08"),
        ("2025-01-31", {"months": 1, "days": 1}, "2025-03-01"),
        ("2025-12-31", {"days": 30}, "2026-01-30"),
        ("2000-02-29", {"years": 100}, "2100-02-28"),
        ("9999-12-31", {"years": 0}, "9999-12-31"),
    ],
)
def test_a_day_that_the_month_lacks_becomes_its_last(start, moved, end):
    assert add_calendar(day(start), **moved) == day(end)


@pytest.mark.parametrize("moved", [{"years": 1}, {"months": 1}, {"days": 1}, {"hours": 24}, {"years": 10_000}, {"days": 10**8}])
def test_the_calendar_ends_and_arithmetic_stops_there(moved):
    assert add_calendar(day("9999-12-31"), **moved) == LAST
    assert add_calendar(LAST, **moved) == LAST


def test_the_time_of_day_stays_and_hours_pass_midnight():
    assert iso(add_calendar(day("2024-02-29T23:59:59.5Z"), years=1, hours=1)) == "2025-03-01T00:59:59.500000Z"


@given(moments, st.integers(0, 30), st.integers(0, 400), st.integers(0, 4000))
def test_moving_forward_never_goes_back(at, years, months, days):
    end = add_calendar(at, years=years, months=months, days=days)
    assert at <= end <= LAST
    assert end.tzinfo is UTC


@given(moments, st.integers(0, 100))
def test_a_longer_keeping_never_ends_earlier(at, years):
    assert add_calendar(at, years=years) <= add_calendar(at, years=years + 1)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-10-08", "2025-10-08T00:00:00Z"),
        ("2025-10-08T12:00:00Z", "2025-10-08T12:00:00Z"),
        ("2025-10-08 12:00Z", "2025-10-08T12:00:00Z"),
        ("2025-10-08T00:30:00+02:00", "2025-10-07T22:30:00Z"),
        ("2025-10-08T00:30:00-0930", "2025-10-08T10:00:00Z"),
        ("2025-10-08T12:00:00.25Z", "2025-10-08T12:00:00.250000Z"),
        ("2025-10-08T12:00:00,25Z", "2025-10-08T12:00:00.250000Z"),
        ("2025-10-08T12:00:00.123456789Z", "2025-10-08T12:00:00.123456Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_the_usual_spellings_are_read(text, utc):
    assert iso(parse_instant(text)) == utc


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2025", "2025-10", "20251008", "2025-10-08T12", "2025-10-08T12:00:00", "2025-10-08T12:00", "2025-02-29", "2025-04-31", "2025-10-08T24:00:01Z",
     "2025-10-08T12:60:00Z", "2025-10-08T12:00:60Z", "2025-10-08T12:00:00+25:00", "0000-01-01", "10000-01-01", "-2025-10-08", " 2025-10-08", "2025-10-08\n",
     "2025-W41-3", "٢٠٢٥-10-08", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00", "2025-10-08T12:00:00 Z", None, 7, 7.5, b"2025-10-08", True, ["2025-10-08"]],
)  # fmt: skip
def test_what_is_no_instant_is_refused_in_one_line(text):
    with pytest.raises(Unfit, match=r"instant|time zone|exists") as refusal:
        parse_instant(text)
    assert "\n" not in str(refusal.value)


def test_an_instant_of_another_zone_becomes_utc_and_one_without_is_refused():
    told = datetime(2025, 10, 8, 14, tzinfo=timezone(timedelta(hours=2)))
    assert parse_instant(told) == datetime(2025, 10, 8, 12, tzinfo=UTC)
    assert parse_instant(told).tzinfo is UTC
    with pytest.raises(Unfit, match="time zone"):
        parse_instant(told.replace(tzinfo=None))


@given(moments)
def test_an_instant_survives_being_written_down(at):
    assert parse_instant(iso(at)) == at


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 1e18, -1e18, 10**400])
def test_seconds_that_no_calendar_holds_are_refused(seconds):
    with pytest.raises(Unfit, match="1970"):
        from_epoch(seconds)


def test_a_lower_case_z_is_utc_too():
    assert iso(parse_instant("2025-10-08T12:00:00z")) == "2025-10-08T12:00:00Z"
