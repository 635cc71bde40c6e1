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
from sayso.facts.errors import Broken, Refused, Unfit

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


def in_force(house: House, file: Path) -> enforce.Enforced:
    """Put the policy of a file into force, of which everybody had notice this morning."""
    return enforce.put_in_force(house, str(file), notice_given=house.now() - timedelta(hours=3))


def policies(house: House) -> list[str]:
    with house.reading() as conn:
        return [entry.line.profile for entry in house.ledger.of_kind(conn, PolicySet) if isinstance(entry.line, PolicySet)]


def due(house: House, at: timedelta) -> int:
    with house.reading() as conn:
        return len(house.vault.due(conn, house.now() + at, limit=100))


def test_every_conversation_is_ruled_anew_and_the_audit_agrees(people_talked: House, clock: StoryClock, week: Path) -> None:
    house = people_talked
    assert due(house, timedelta(days=8)) == 0
    done = in_force(house, week)
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
    done = in_force(people_talked, week)
    assert (done.ruled, done.due) == (3, 3)
    assert sweep.sweep(people_talked).shredded == 3
    back = enforce.put_in_force(people_talked, "anthropic-consumer", notice_given=people_talked.now())
    assert back.ruled == 0, "what was shredded is ruled no more"
    assert evidence.audit(people_talked) == []


def test_ana_can_answer_for_a_purpose_that_came_with_the_new_policy(
    people_talked: House, clock: StoryClock, talk: Talk, week: Path
) -> None:
    house, ana = people_talked, people.account_of(people_talked, "ana")
    with pytest.raises(Unfit, match="knows no purpose `ads`"):
        people.choose(house, ana, "ads", "allow")
    in_force(house, week)
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
        in_force(people_talked, week)
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
        patched.setattr(enforce, "withdraw_foreseen", crash)
        with pytest.raises(Broken, match="the power went"):
            in_force(people_talked, week)
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
    assert (code, "anthropic-consumer is in force instead of week" in out, "nobody needs a new notice" in out) == (0, True, True)
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


# -------------------------------------------------------------------- what a change does is said first, and a looser one waits


def looser(file: Path, folder_: Path) -> Path:
    """The same week, in which silence counts as a yes for ads."""
    made = folder_ / "looser.toml"
    made.write_text(
        file.read_text("utf-8").replace('when = { say = "allow", say_now = "allow" }', 'when = { tier = ["free", "pro"] }'), "utf-8"
    )
    return made


def test_a_preview_counts_what_would_change_and_changes_nothing(people_talked: House, clock: StoryClock, week: Path) -> None:
    house = people_talked
    clock.set(clock.now() + timedelta(days=10))
    before = house_says(house)
    told = enforce.preview(house, str(week))
    assert (told.conversations, told.changed, told.newly_due) == (3, 3, 3)
    assert (told.newly_used, told.no_longer_used) == ({}, {"model_training": 1})
    assert (told.kept_longer, told.kept_shorter, told.people_to_tell) == (0, 3, 0)
    assert "use `ads-said-yes`" in told.loosened
    assert house_says(house) == before
    assert in_force(house, week).effect == told, "what is said before is what is said after"


def test_who_would_newly_be_used_must_have_had_notice_and_the_ledger_keeps_since_when(
    people_talked: House, week: Path, tmp_path: Path
) -> None:
    house = people_talked
    in_force(house, week)
    before = house_says(house)
    wider = looser(week, tmp_path)
    told = enforce.preview(house, str(wider))
    assert (told.newly_used, told.people_to_tell, told.needs_notice) == ({"ads": 3}, 3, True)
    with pytest.raises(Refused, match="`looser` lets more be used or kept of 3 people who are here than `week`"):
        enforce.put_in_force(house, str(wider))
    with pytest.raises(Unfit, match="lies in the future"):
        enforce.put_in_force(house, str(wider), notice_given=house.now() + timedelta(days=1))
    assert house_says(house) == before
    assert evidence.audit(house) == []
    since = house.now() - timedelta(days=30)
    done = enforce.put_in_force(house, str(wider), notice_given=since)
    assert done.effect.newly_used == {"ads": 3}
    with house.reading() as conn:
        assert house.policies_set(conn)[-1].notice_given == since
    assert evidence.audit(house) == []


def test_a_stricter_policy_needs_no_notice_and_none_is_written_down(people_talked: House, week: Path, tmp_path: Path) -> None:
    house = people_talked
    in_force(house, looser(week, tmp_path))
    done = enforce.put_in_force(house, str(week), notice_given=house.now())
    assert (done.effect.needs_notice, done.effect.no_longer_used) == (False, {"ads": 3})
    with house.reading() as conn:
        assert house.policies_set(conn)[-1].notice_given is None


def test_where_nobody_is_here_nobody_has_to_be_told(tmp_path: Path, week: Path, clock: StoryClock) -> None:
    with create(Settings(data=tmp_path / "d", keys=tmp_path / "k"), clock=clock, policy=str(week)) as house:
        assert enforce.put_in_force(house, str(looser(week, tmp_path))).effect.loosened == ("use `ads-said-yes`",)


def test_what_a_later_version_loosens_waits_for_that_version_and_its_notice(
    people_talked: House, clock: StoryClock, week: Path, tmp_path: Path
) -> None:
    house = people_talked
    in_force(house, week)
    later = tmp_path / "later.toml"
    rows = WEEK[WEEK.index("[[use]]") : WEEK.index("[[keep]]")]
    rows = rows.replace('id = "', 'versions = ["v2"]\nid = "new-').replace(
        'when = { say = "allow", say_now = "allow" }', 'when = { tier = ["free", "pro"] }'
    )
    old = WEEK.replace("[[use]]", '[[use]]\nversions = ["2025-08-01"]')
    version = '[[version]]\nid = "v2"\nfrom = 2025-09-10\nnotice_days = 10\nbecause = "the second"\nsource = "A1"\n'
    later.write_text(old.replace("[[use]]", f"{version}[[use]]", 1) + rows, "utf-8")
    assert not enforce.put_in_force(house, str(later)).effect.needs_notice
    policy = house.policy_in_force()
    clock.set(clock.now() + timedelta(days=14))  # the second version has begun, and its notice runs
    assert policy.position(clock.now()) == 1
    assert not any(ruling.may("ads") for _, ruling in rule.rulings(house.present(), policy))


def test_the_command_previews_refuses_and_takes_a_day_of_notice(tmp_path: Path, week: Path) -> None:
    data = tmp_path / "house"
    assert sayso(data, "init", "--policy", str(week))[0] == 0
    export = Path(__file__).resolve().parents[2] / "examples/demo/claude/ana"
    assert sayso(data, "import", str(export), "--account", "ana", "--tier", "pro", "--region", "US", "--own-history")[0] == 0
    wider = str(looser(week, tmp_path))
    code, out, err = sayso(data, "policy", "set", wider, "--preview", "--json")
    told = json.loads(out)
    assert (code, err, told["preview"], told["needs_notice"]) == (0, [], True, True)
    code, out, err = sayso(data, "policy", "set", wider, "--preview")
    assert (code, out.splitlines()[-1]) == (0, "nothing was changed")
    code, out, err = sayso(data, "policy", "set", wider)
    assert (code, len(err), "give them notice first" in err[0]) == (1, 1, True)
    code, out, err = sayso(data, "policy", "set", wider, "--notice-given", "soon")
    assert (code, len(err), "no ISO 8601 instant" in err[0]) == (2, 1, True)
    code, out, err = sayso(data, "policy", "set", wider, "--notice-given", "2999-01-01")
    assert (code, len(err), "lies in the future" in err[0]) == (2, 1, True)
    code, out, err = sayso(data, "policy", "set", wider, "--notice-given", "2025-01-01")
    assert (code, err, "looser is in force instead of week" in out) == (0, [], True)
