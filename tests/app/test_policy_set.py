"""Another policy comes into force: checked first, for every conversation at once, and a broken one never."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path

import pytest

from sayso.app.cli import main
from sayso.app.clock import StoryClock
from sayso.app.house import House, create, open_house
from sayso.app.jobs import build, enforce, evidence, mend, people, recall, rule, sweep
from sayso.app.settings import Settings
from sayso.facts.deeds import PolicySet
from sayso.facts.errors import Broken, Unfit

Talk = Callable[..., None]
WEEK = """title = "A week, and nothing is used"
purposes = ["model_training", "ads"]
[facts]
tier = ["free", "pro"]
contract = ["none"]
surface = ["chat"]
origin = ["typed", "generated"]
[sources]
A1 = "our terms"
[[version]]
id = "2025-08-01"
from = 2025-08-01
because = "the first"
source = "A1"
[[use]]
id = "ads-said-yes"
purpose = "ads"
when = { say = "allow", say_now = "allow" }
use = "allow"
because = "everyone said yes to this by name"
source = "A1"
[[use]]
id = "rest"
when = {}
use = "deny"
because = "nothing else permits it"
source = "A1"
[[keep]]
id = "week"
reason = "product"
anchor = "last_turn"
days = 7
when = {}
because = "a week"
source = "A1"
"""


@pytest.fixture
def week(tmp_path: Path) -> Path:
    file = tmp_path / "week.toml"
    file.write_text(WEEK, encoding="utf-8")
    return file


@pytest.fixture
def people_talked(house: House, clock: StoryClock, talk: Talk) -> House:
    """Ana allows, Bo refuses, Cy was never asked; each talked once, and Ana's chat is in a release."""
    for name, say in (("ana", "allow"), ("bo", "refuse")):
        people.choose(house, people.account_of(house, name), "model_training", say)
    clock.set(clock.now() + timedelta(minutes=1))
    for name in ("ana", "bo", "cy"):
        talk(name, f"{name}-one")
    assert build.build(house, "r1", "model_training").manifest.rows == 1
    return house


def policies(house: House) -> list[str]:
    with house.reading() as conn:
        return [entry.line.profile for entry in house.ledger.of_kind(conn, PolicySet) if isinstance(entry.line, PolicySet)]


def due(house: House, at: timedelta) -> int:
    with house.reading() as conn:
        return len(house.vault.due(conn, house.now() + at, limit=100))


def test_every_conversation_is_ruled_anew_and_the_audit_agrees(people_talked: House, clock: StoryClock, week: Path) -> None:
    house = people_talked
    assert due(house, timedelta(days=8)) == 0
    done = enforce.put_in_force(house, str(week))
    assert (done.name, done.ruled, done.due, done.withdrawn) == ("week", 3, 0, 1)
    assert policies(house) == ["anthropic-consumer", "week"]
    policy = house.policy_in_force()
    assert policy.digest == done.digest
    assert recall.recall(house, "r1").withdrawn == 1, "the release was built under terms that are no more"
    assert due(house, timedelta(days=8)) == 3
    assert not any(ruling.may("model_training") for _, ruling in rule.rulings(house.present(), policy))
    assert evidence.audit(house) == []
    clock.set(clock.now() + timedelta(days=7, minutes=1))
    assert sweep.sweep(house).shredded == 3
    assert evidence.audit(house) == []


def test_what_is_due_under_the_new_policy_is_told_when_it_comes_into_force(
    people_talked: House, clock: StoryClock, week: Path
) -> None:
    clock.set(clock.now() + timedelta(days=10))
    done = enforce.put_in_force(people_talked, str(week))
    assert (done.ruled, done.due) == (3, 3)
    assert sweep.sweep(people_talked).shredded == 3
    assert enforce.put_in_force(people_talked, "anthropic-consumer").ruled == 0, "what was shredded is ruled no more"
    assert evidence.audit(people_talked) == []


def test_ana_can_answer_for_a_purpose_that_came_with_the_new_policy(
    people_talked: House, clock: StoryClock, talk: Talk, week: Path
) -> None:
    house, ana = people_talked, people.account_of(people_talked, "ana")
    with pytest.raises(Unfit, match="knows no purpose `ads`"):
        people.choose(house, ana, "ads", "allow")
    enforce.put_in_force(house, str(week))
    people.choose(house, ana, "ads", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    talk("ana", "ana-two")
    allowed = [
        standing.conversation for standing, ruling in rule.rulings(house.present(), house.policy_in_force()) if ruling.may("ads")
    ]
    assert len(allowed) == 1
    assert evidence.audit(house) == []


def test_a_broken_policy_is_refused_and_the_running_house_keeps_the_last_good_one(people_talked: House, week: Path) -> None:
    before = house_says(people_talked)
    week.write_text(WEEK.replace('"deny"', '"maybe"'), encoding="utf-8")
    with pytest.raises(Unfit, match=r"week:\d+: `use` is `maybe`"):
        enforce.put_in_force(people_talked, str(week))
    assert house_says(people_talked) == before
    assert due(people_talked, timedelta(days=8)) == 0
    assert evidence.audit(people_talked) == []


def house_says(house: House) -> tuple[list[str], str, list[object]]:
    policy = house.policy_in_force()
    return policies(house), policy.digest, [ruling for _, ruling in rule.rulings(house.present(), policy)]


def test_a_crash_while_it_comes_into_force_leaves_the_old_one(
    people_talked: House, week: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = house_says(people_talked)

    def crash(*_: object) -> int:
        raise Broken("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(enforce, "reschedule", crash)
        with pytest.raises(Broken, match="the power went"):
            enforce.put_in_force(people_talked, str(week))
    assert house_says(people_talked) == before
    assert [finding.kind for finding in evidence.audit(people_talked)] == ["file_unknown"], "the copy nobody called for"
    mend.mend(people_talked)
    assert evidence.audit(people_talked) == []


def test_a_damaged_copy_of_the_policy_in_force_stops_whoever_opens_the_folder_but_not_who_has_it_open(
    tmp_path: Path, clock: StoryClock
) -> None:
    settings = Settings(data=tmp_path / "d", keys=tmp_path / "k")
    with create(settings, clock=clock, policy="anthropic-consumer") as house:
        digest = house.policy_in_force().digest
        (settings.data / "policies" / f"{digest}.toml").write_text("title = 'mine'\n")
        assert house.policy_in_force().digest == digest
    with open_house(settings, clock=clock) as again, pytest.raises((Broken, Unfit)):
        again.policy_in_force()


def sayso(data: Path, *words: str) -> tuple[int, str, list[str]]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        main([*words, "--data", str(data)])
    lines = [line for line in err.getvalue().splitlines() if "master key is a plain file" not in line]
    return int(left.value.code or 0), out.getvalue(), lines


def test_the_command_checks_first_names_every_line_and_says_what_stays_in_force(tmp_path: Path, week: Path) -> None:
    data = tmp_path / "house"
    assert sayso(data, "init", "--policy", str(week))[0] == 0
    broken = tmp_path / "broken.toml"
    broken.write_text(WEEK.replace("days = 7", "days = -7").replace('"allow"\nbecause', '"maybe"\nbecause'), encoding="utf-8")
    code, out, err = sayso(data, "policy", "set", str(broken))
    assert (code, len(out.splitlines()), len(err)) == (2, 2, 1)
    assert err[0].endswith("does not load: 2 problems to mend; `week` stays in force")
    assert [part in line for part, line in zip(("`use` is `maybe`", "`days` is no whole"), out.splitlines(), strict=True)] == [
        True,
        True,
    ]
    code, out, err = sayso(data, "policy", "set", str(broken), "--json")
    assert (code, json.loads(out)["name"], len(json.loads(out)["problems"])) == (2, "week", 2)
    code, out, _ = sayso(data, "policy", "set", "anthropic-consumer")
    assert (code, "anthropic-consumer is in force instead of week" in out) == (0, True)
    code, out, _ = sayso(data, "policy", "set", "anthropic-consumer")
    assert (code, "is in force already" in out) == (0, True)
    assert sayso(data, "policy", "set", "nowhere")[0] == 2
    code, out, _ = sayso(data, "audit")
    assert code == 0, out


def test_the_command_refuses_while_another_process_serves_and_nothing_changes(
    tmp_path: Path, clock: StoryClock, week: Path
) -> None:
    settings = Settings(data=tmp_path / "d", keys=tmp_path / "d.keys")
    with create(settings, clock=clock, policy="anthropic-consumer") as serving:
        code, _, err = sayso(settings.data, "policy", "set", str(week))
        assert (code, "nothing was changed" in err[0]) == (2, True)
        assert serving.policy_in_force().name == "anthropic-consumer"


def test_the_check_ends_with_0_1_or_2_and_tells_programs_the_same(tmp_path: Path, week: Path) -> None:
    assert sayso(tmp_path, "policy", "check", str(week))[0] == 0
    week.write_text(f'{WEEK}[[cap]]\nid = "c"\nanchor = "deleted"\ndays = 1\nspares = ["hold"]\nbecause = "b"\nsource = "A1"\n')
    code, out, err = sayso(tmp_path, "policy", "check", str(week))
    assert (code, err) == (1, [])
    assert "spares `hold`" in out.splitlines()[0]
    assert "it loads, but see above" in out.splitlines()[1]
    code, out, _ = sayso(tmp_path, "policy", "check", str(week), "--json")
    told = json.loads(out)
    assert (code, told["loads"], told["problems"], len(told["doubts"])) == (1, True, [], 1)
    assert set(told["doubts"][0]) == {"line", "what", "mend"}
    week.write_text(WEEK.replace('source = "A1"\n', "").replace("days = 7", "days = true"))
    code, out, err = sayso(tmp_path, "policy", "check", str(week))
    assert (code, len(out.splitlines()), len(err)) == (2, 5, 1)
    assert json.loads(sayso(tmp_path, "policy", "check", str(week), "--json")[1])["loads"] is False
