"""What a release says of names of persons: what found them, and whether public figures kept theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from sayso import scrub
from sayso.app.clock import StoryClock
from sayso.app.house import House
from sayso.app.jobs import build, people
from sayso.facts.errors import Refused
from sayso.facts.words import Purpose
from sayso.release import load
from sayso.release.card import card
from sayso.release.plan import Manifest, Scrubbed
from sayso.scrub import Persons

TRAINING: Purpose = "model_training"
TALK = "Okafor asked Barack Obama about it. I told Ngozi Okafor."


@pytest.fixture
def asked(house: House, clock: StoryClock, talk: Callable[..., None]) -> House:
    people.choose(house, people.account_of(house, "ana"), TRAINING, "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    talk("ana", "one", text=TALK)
    clock.set(clock.now() + timedelta(minutes=1))
    return house


def said(house: House, name: str) -> str:
    return next(iter(load(house.folder / "releases" / name)))["messages"][0]["content"]


def test_a_release_masks_names_and_records_what_found_them(asked: House) -> None:
    made = build.build(asked, "r1", TRAINING).manifest
    assert said(asked, "r1") == "[NAME_1] asked [NAME_2] about it. I told [NAME_3]."
    assert made.plan.scrub is not None
    assert (made.plan.scrub.names, made.plan.scrub.figures) == (Persons().digest, "masked")
    assert build.build(asked, "r1", TRAINING).again
    card = (asked.folder / "releases" / "r1" / "README.md").read_text(encoding="utf-8")
    assert Persons().digest in card


def test_public_figures_stay_in_a_release_when_asked_and_again_when_it_is_built_again(asked: House) -> None:
    made = build.build(asked, "r1", TRAINING, keep_figures=True).manifest
    assert said(asked, "r1") == "[NAME_1] asked Barack Obama about it. I told [NAME_2]."
    assert made.plan.scrub is not None
    assert made.plan.scrub.figures == "kept"
    assert build.build(asked, "r1", TRAINING).again, "the release's own setting counts, not the one given now"


def test_a_release_by_another_model_is_not_called_broken(asked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    build.build(asked, "r1", TRAINING)
    monkeypatch.setattr(Persons, "digest", property(lambda self: "0" * 64))
    with pytest.raises(Refused, match="masked by another model"):
        build.build(asked, "r1", TRAINING)


def test_a_release_by_another_table_of_patterns_is_not_called_broken(asked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    build.build(asked, "r1", TRAINING)
    monkeypatch.setattr(build, "table_digest", lambda: "0" * 64)
    with pytest.raises(Refused, match="another table of patterns"):
        build.build(asked, "r1", TRAINING)


def test_the_manifest_says_engine_table_model_and_counts_by_kind_and_so_does_the_card(asked: House) -> None:
    for keep, figures, names in ((False, "masked", 3), (True, "kept", 2)):
        made = build.build(asked, f"r-{figures}", TRAINING, keep_figures=keep).manifest
        scrub = made.plan.scrub
        assert scrub is not None
        assert (scrub.engine, scrub.table) == ("sayso.scrub, google-re2", build.table_digest())
        assert (scrub.names, scrub.figures) == (Persons(keep_figures=keep).digest, figures)
        assert scrub.counts == {"person-name": names}
        assert scrub.actions == {"person-name": {"mark": names}}
        card = (asked.folder / "releases" / f"r-{figures}" / "README.md").read_text(encoding="utf-8")
        assert f"| person-name | {names} |" in card
        assert f"By {scrub.engine}, table {scrub.table}." in card
    assert Persons(keep_figures=True).digest != Persons(keep_figures=False).digest, "the switch is part of what is recorded"


def test_a_manifest_from_before_there_was_a_model_keeps_its_bytes(asked: House) -> None:
    made = build.build(asked, "r1", TRAINING).manifest
    old = msgspec.structs.replace(made.plan, scrub=Scrubbed(engine="e", table="t", counts={"email": 1}))
    raw = msgspec.structs.replace(made, plan=old).raw
    assert b'"names"' not in raw
    assert msgspec.json.decode(raw, type=Manifest).raw == raw


def card_of(house: House, name: str) -> str:
    return (house.folder / "releases" / name / "README.md").read_text(encoding="utf-8")


def test_a_card_carries_the_figures_that_hold_for_its_table_and_model(asked: House) -> None:
    made = build.build(asked, "r1", TRAINING).manifest
    assert made.plan.scrub is not None
    assert made.plan.scrub.measured
    card = card_of(asked, "r1")
    assert "## How often masking missed, where it was measured" in card
    for one in made.plan.scrub.measured:
        assert f"| {one.what} | {one.on} | {one.labelled} | {one.found / one.labelled:.3f} |" in card
    assert any(one.what == "names of persons" for one in made.plan.scrub.measured)
    assert made.plan.scrub.engine in card
    assert made.plan.scrub.table in card


def test_where_public_figures_stay_no_figure_of_the_other_finder_is_quoted(asked: House) -> None:
    made = build.build(asked, "r1", TRAINING, keep_figures=True).manifest
    assert made.plan.scrub is not None
    assert made.plan.scrub.measured
    assert not any(one.what == "names of persons" for one in made.plan.scrub.measured)


def test_a_table_that_nobody_measured_has_no_figures_on_its_card(asked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "figures_of", lambda table, names: [])
    build.build(asked, "r1", TRAINING)
    assert "No figures were measured for this table of patterns and this model." in card_of(asked, "r1")


def test_a_release_built_again_says_what_was_measured_then(asked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first = build.build(asked, "r1", TRAINING).manifest
    monkeypatch.setattr(build, "figures_of", lambda table, names: [{"what": "x", "on": "y", "labelled": 1, "found": 0}])
    again = build.build(asked, "r1", TRAINING)
    assert again.again
    assert again.manifest.raw == first.raw


@pytest.mark.parametrize("engine", ["re", "re2"])
def test_a_release_is_the_same_byte_for_byte_through_another_engine(asked: House, engine: str) -> None:
    first = build.build(asked, "r1", TRAINING).manifest
    before = scrub.use(None)
    try:
        asked.settings = msgspec.structs.replace(asked.settings, scrub_engine=engine)
        again = build.build(asked, "r1", TRAINING)
        assert scrub.searching.engine().tools.name == engine
        other = build.build(asked, "r2", TRAINING).manifest
    finally:
        scrub.use(before)
    assert again.again
    assert again.manifest.raw == first.raw
    assert other.plan.scrub is not None
    assert other.plan.scrub.engine == build.ENGINES[engine]
    assert said(asked, "r2") == said(asked, "r1")


def test_a_release_by_another_table_is_not_called_broken(asked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    build.build(asked, "r1", TRAINING)
    monkeypatch.setattr(build, "table_digest", lambda: "0" * 64)
    with pytest.raises(Refused, match="another table of patterns"):
        build.build(asked, "r1", TRAINING)


def test_a_manifest_from_before_figures_were_recorded_keeps_its_bytes_and_its_card(asked: House) -> None:
    made = build.build(asked, "r1", TRAINING).manifest
    assert made.plan.scrub is not None
    old = msgspec.structs.replace(made.plan, scrub=msgspec.structs.replace(made.plan.scrub, measured=msgspec.UNSET))
    raw = msgspec.structs.replace(made, plan=old).raw
    assert b'"measured"' not in raw
    assert msgspec.json.decode(raw, type=Manifest).raw == raw
    assert b"How often masking missed" not in card(old, rows=1, messages=1, root="0", languages={})
