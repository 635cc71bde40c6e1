"""What a policy has done with hits: in releases, built again, beside older texts, and at the command line."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path

import pytest

from sayso.app.cli import main
from sayso.app.clock import StoryClock
from sayso.app.house import House, create
from sayso.app.jobs import build, people
from sayso.app.jobs.people import enrol
from sayso.app.settings import Settings
from sayso.facts.errors import Refused
from sayso.facts.words import Purpose
from sayso.policy import shelf
from sayso.release import load

TRAINING: Purpose = "model_training"
MAIL = "Mail bo@bank.de or BO@bank.de from 86.121.97.248"


def row(name: str, kind: str, do: str, source: str) -> str:
    return f'[[scrub]]\nid = "{name}"\nkind = "{kind}"\ndo = "{do}"\nbecause = "b"\nsource = "{source}"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Anthropic's consumer terms, and rows on what is done with hits."""
    text = (shelf.folder() / "anthropic-consumer.toml").read_text("utf-8")
    source = next(iter(shelf.load("anthropic-consumer").sources))
    path = tmp_path / "with-hits.toml"
    wanted = (("mail", "email", "surrogate"), ("keys", "secret", "drop_turn"), ("papers", "passport", "drop_conversation"))
    path.write_text(text + "".join(row(*one, source) for one in (*wanted, ("names", "name", "keep_public"))), "utf-8")
    return path


@pytest.fixture
def house(settings: Settings, clock: StoryClock, file: Path) -> Iterator[House]:
    with create(settings, clock=clock, policy=str(file)) as made:
        with made.writing() as work:
            enrol(made, work, "ana", tier="pro", region="US")
        people.choose(made, people.account_of(made, "ana"), TRAINING, "allow")
        clock.set(clock.now() + timedelta(minutes=1))
        yield made


def said(house: House, name: str) -> list[str]:
    return [one["messages"][0]["content"] for one in load(house.folder / "releases" / name)]


def test_a_release_does_with_hits_what_the_policy_says_and_records_it(house: House, talk: Callable[..., None]) -> None:
    talk("ana", "one", text=MAIL)
    talk("ana", "two", text=f"{MAIL} said Barack Obama to Ngozi Okafor")
    talk("ana", "three", text="my passport number is X12345678")
    made = build.build(house, "r1", TRAINING).manifest
    texts = sorted(said(house, "r1"))
    assert len(texts) == 2
    for text in texts:
        first, second = re.findall(r"\S+@example\.\w+", text)
        assert first == second
        assert "[IP_1]" in text
    assert re.findall(r"\S+@example\.\w+", texts[0]) != re.findall(r"\S+@example\.\w+", texts[1]), "unlinkable"
    assert any(text.endswith("said Barack Obama to [NAME_1]") for text in texts)
    assert made.plan.left_out["papers"] == 1
    assert made.plan.scrub is not None
    assert made.plan.scrub.actions == {
        "email": {"surrogate": 4},
        "ipv4": {"mark": 2},
        "passport": {"drop_conversation": 1},
        "person-name": {"mark": 1},
    }
    assert made.plan.scrub.figures == "kept"
    card = (house.folder / "releases" / "r1" / "README.md").read_text("utf-8")
    assert "| email | a surrogate | 4 |" in card
    assert "| passport | its conversation was left out | 1 |" in card
    assert build.build(house, "r1", TRAINING).again
    build.build(house, "r2", TRAINING)
    assert not set(re.findall(r"\S+@example\.\w+", " ".join(texts))) & set(
        re.findall(r"\S+@example\.\w+", " ".join(said(house, "r2")))
    ), "two releases are not linked by their surrogates"


def test_a_turn_with_a_secret_is_left_out_and_counted_under_its_row(house: House, talk: Callable[..., None]) -> None:
    talk("ana", "one", text='the config has {"password": "Kj8xPq2mZ7"}')
    made = build.build(house, "r1", TRAINING).manifest
    assert made.rows == 0, "without the turn no user message is left"
    assert made.plan.left_out["no user message is left"] == 1
    assert b"Kj8x" not in made.raw


def test_an_option_cannot_keep_names_that_the_policy_masks(settings: Settings, clock: StoryClock, file: Path) -> None:
    file.write_text(file.read_text("utf-8").replace('do = "keep_public"', 'do = "mark"'), "utf-8")
    with create(settings, clock=clock, policy=str(file)) as made, pytest.raises(Refused, match="row `names`"):
        build.build(made, "r1", TRAINING, keep_figures=True)


def test_a_release_from_before_there_were_actions_is_built_again_to_its_bytes(
    house: House, talk: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    talk("ana", "one", text="hello from 86.121.97.248")
    now = build._finished
    with monkeypatch.context() as then:
        then.setattr(
            build, "_finished", lambda plan, counts, names, engine, measured: now(plan, counts, names, engine, actions=False)
        )
        made = build.build(house, "r1", TRAINING).manifest
    assert b'"actions"' not in made.raw
    assert b'"measured"' not in made.raw
    assert build.build(house, "r1", TRAINING).again


def test_a_release_with_surrogates_of_another_sayso_is_not_called_broken(
    house: House, talk: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    talk("ana", "one", text=MAIL)
    build.build(house, "r1", TRAINING)
    monkeypatch.setattr(build, "SURROGATES", "sayso/surrogates/v2")
    with pytest.raises(Refused, match="drawn in another way"):
        build.build(house, "r1", TRAINING)


def shown(tmp_path: Path, *words: str, text: str) -> tuple[int, str, str]:
    path = tmp_path / "text.txt"
    path.write_text(text, "utf-8")
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        main(["scrub", str(path), *words])
    return int(left.value.code or 0), out.getvalue(), err.getvalue()


def test_the_command_shows_what_a_policy_does_with_a_text_and_draws_anew_in_each_run(file: Path, tmp_path: Path) -> None:
    code, out, err = shown(tmp_path, "--policy", str(file), text=MAIL)
    assert code == 0
    assert out.count("@example.") == 2
    assert "bank" not in out
    assert "2 email (surrogate)" in err
    assert shown(tmp_path, "--policy", str(file), text=MAIL)[1] != out
    code, out, err = shown(tmp_path, "--policy", str(file), text="my passport number is X12345678")
    assert (code, out.strip()) == (0, "")
    assert "by row `papers`" in err
    assert shown(tmp_path, "--policy", "anthropic-consumer", text=MAIL)[1] == shown(tmp_path, text=MAIL)[1]


def test_a_purpose_the_policy_does_not_rule_on_is_refused(file: Path, tmp_path: Path) -> None:
    code, out, err = shown(tmp_path, "--policy", str(file), "--purpose", "gossip", text=MAIL)
    assert (code, out) == (2, "")
    assert "knows no purpose `gossip`" in err
