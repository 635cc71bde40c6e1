"""What an auditor does: on a copy that nobody may write to, without keys, from where the last audit ended, with a report to hand on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from sayso.app.cli import cli
from sayso.app.clock import SystemClock
from sayso.app.jobs import auditing, deletion, logs, people, sweep
from sayso.facts.errors import SaysoError, Unfit

from .conftest import START, Home
from .test_planted import rewritten

pytestmark = pytest.mark.sqlite
NOBODY = 65534


def typed(home: Home, *words: str) -> tuple[int, str]:
    """What the command says on the day of this house, and how it ends; an error of ours as its one line."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SystemClock, "now", lambda _: home.clock.now())
        done = CliRunner().invoke(cli, ["--data", str(home.data), "audit", *words])
    if isinstance(done.exception, SaysoError):
        return (2 if isinstance(done.exception, Unfit) else 1), str(done.exception)
    return done.exit_code, done.output


def frozen(folder: Path, *, mode: tuple[int, int] = (0o555, 0o444)) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(mode[0] if path.is_dir() else mode[1])


def as_nobody(do: Callable[[], object], told: Path) -> str:
    """What *do* gives back in a process that owns nothing; where we are somebody already, the folder's bits suffice."""
    told.touch()
    told.chmod(0o666)
    if os.getuid() != 0:
        told.write_text(str(do()))
        return told.read_text()
    pid = os.fork()
    if pid == 0:
        try:
            with told.open("w") as out:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
                try:
                    out.write(str(do()))
                except BaseException as error:  # noqa: BLE001 - whatever it is, it is reported
                    out.write(f"{type(error).__name__}: {error}")
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    return told.read_text()


@contextmanager
def copy_for_nobody(home: Home) -> Iterator[Home]:
    """The data alone, no keys beside it, where nobody may write and everybody may read."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="sayso-audit-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(home.data, folder / "data")
        shutil.copytree(home.folder / "public", folder / "public")
        copy = Home(folder, home.clock)
        frozen(folder / "data")
        frozen(folder / "public")
        try:
            yield copy
        finally:
            frozen(folder / "data", mode=(0o755, 0o644))
            frozen(folder / "public", mode=(0o755, 0o644))


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_copy_that_nobody_may_write_to_is_audited_without_keys_and_stays_as_it_was(home: Home, tmp_path: Path) -> None:
    home.audit()  # whatever is read at a first time is read, before nobody has to
    with copy_for_nobody(home) as copy:
        assert not (copy.folder / "data.keys").exists()
        before = bytes_of(copy.data)
        assert as_nobody(lambda: [one.line() for one in copy.audit().report.findings], tmp_path / "told") == "[]"
        assert bytes_of(copy.data) == before


def test_what_is_wrong_is_found_in_such_a_copy_too(home: Home, tmp_path: Path) -> None:
    home.audit()
    for path in sorted((home.data / "notices").iterdir()):
        path.unlink()
    with copy_for_nobody(home) as copy:
        assert as_nobody(lambda: copy.kinds(), tmp_path / "told") == "{'notice'}"


def test_a_copy_with_a_log_of_the_database_beside_it_and_no_place_to_write_says_what_to_do(home: Home, tmp_path: Path) -> None:
    (home.data / "sayso.db-wal").write_bytes(b"not yet in the database")
    with copy_for_nobody(home) as copy:
        said = as_nobody(lambda: copy.audit(), tmp_path / "told")
        assert said == (
            "Unfit: `sayso.db-wal` holds lines that cannot be read where nothing may be written; "
            "copy the whole folder to where you may write, and audit that"
        )


def test_a_house_at_work_is_audited_by_somebody_who_may_only_read(home: Home, tmp_path: Path) -> None:
    home.audit()
    with home.open() as house:
        people.choose(house, people.account_of(house, "cy"), "model_training", "allow")
        for path in (home.folder, *home.folder.parents):
            if path.stat().st_uid == os.getuid() and path != Path("/"):
                path.chmod(path.stat().st_mode | 0o055)
        frozen(home.data, mode=(0o755, 0o644))
        frozen(home.folder / "public", mode=(0o755, 0o644))
        assert (home.data / "sayso.db-wal").stat().st_size > 0
        size = house.ledger.size(house.engine.connect())
        report = as_nobody(lambda: home.audit().report.size, tmp_path / "told")
        assert report == str(size), "what the service acknowledged just now is seen"


def test_an_audit_goes_on_from_the_last_one_and_says_so(home: Home) -> None:
    with home.open() as house:
        deletion.delete(house, conversation=list(house.past.of_account(people.account_of(house, "ana")))[2])
    code, said = typed(home, "--since", str(home.state))
    assert (code, "3 destructions and 2 releases were judged then and not again" in said) == (0, True), said
    home.clock.set(START + timedelta(days=100))
    with home.open() as house:
        sweep.sweep(house)
    made = home.audit()
    assert made.report.since is not None
    assert made.report.extent.shreddings >= 1
    assert made.report.extent.shreddings_before >= 1
    assert made.report.findings == ()


def test_the_past_rewritten_with_every_key_is_found_by_what_the_auditor_kept(home: Home) -> None:
    early = home.folder / "early" / "checkpoint"
    before = home.state.read_bytes()
    rewritten(home)
    code, said = typed(home)
    assert (code, "nothing differs" in said) == (0, True), "who kept nothing cannot tell"
    code, said = typed(home, "--since", str(home.state))
    assert code == 1
    assert "past_changed: the audit of" in said
    assert "everything was judged anew" in said
    assert home.state.read_bytes() == before, "what was kept is evidence, and stays"
    code, said = typed(home, "--remembered", str(early))
    assert code == 1
    assert "past_changed: checkpoint `checkpoint`: its root is not that of the first" in said


def test_lines_cut_off_are_found_by_what_the_auditor_kept(furnished: Home, home: Home, tmp_path: Path) -> None:
    older = furnished.copied(tmp_path / "older")
    with home.open() as house:
        people.choose(house, people.account_of(house, "cy"), "model_training", "allow")
    state = home.audit().state
    assert state is not None
    auditing.write_state(older.state, state, older.data)
    report = older.audit().report
    assert [one.kind for one in report.findings] == ["past_changed"]
    assert "lines were cut off" in report.findings[0].what


def test_a_log_that_is_behind_is_no_finding_and_one_that_is_ahead_is(home: Home, tmp_path: Path) -> None:
    with home.open() as house:
        people.choose(house, people.account_of(house, "cy"), "model_training", "allow")
    assert home.kinds() == set()
    older = home.copied(tmp_path / "older")
    with home.open() as house:
        people.choose(house, people.account_of(house, "cy"), "model_training", "refuse")
        logs.publish(house, home.folder / "public")
    shutil.rmtree(older.folder / "public")
    shutil.copytree(home.folder / "public", older.folder / "public")
    assert older.kinds() == {"log_shown"}


def test_a_state_that_is_none_or_of_another_house_is_one_line(home: Home, tmp_path: Path) -> None:
    wrong = tmp_path / "state.json"
    for raw in (b"", b"{}", b"[1]", home.state.read_bytes()[:-9], b'{"format":"sayso/audited/v1"}', b"\xff"):
        wrong.write_bytes(raw)
        assert typed(home, "--since", str(wrong)) == (
            2,
            "`state.json` is no state of an audit, or damaged; restore it, or name a new file to judge everything anew",
        )
    told = json.loads(home.state.read_bytes())
    wrong.write_text(json.dumps(told | {"instance": "00000000"}))
    assert typed(home, "--since", str(wrong)) == (
        2,
        "the state named with --since is of another data folder or log key; name another file, or none",
    )
    inside = home.data / "state.json"
    assert typed(home, "--since", str(inside)) == (
        2,
        "`state.json` would lie in the data folder, and an audit writes nothing there; name a file outside of it",
    )
    assert not inside.exists()


def test_another_version_judges_everything_anew(home: Home) -> None:
    told = json.loads(home.state.read_bytes())
    home.state.write_text(json.dumps(told | {"version": "0"}))
    code, said = typed(home, "--since", str(home.state))
    assert (code, "judged anew" in said) == (0, True)
    assert json.loads(home.state.read_bytes())["version"] != "0"


def test_a_report_is_written_as_its_ending_says_and_says_what_was_found(home: Home, tmp_path: Path) -> None:
    (home.data / "copy.db").write_bytes(b"x")
    page, data = tmp_path / "report.html", tmp_path / "report.json"
    code, _ = typed(home, "--report", str(page), "--report", str(data), "--language", "de", "--log", str(home.folder / "public"))
    assert code == 1
    told = json.loads(data.read_bytes())
    assert [one["kind"] for one in told["findings"]] == ["file_unknown"]
    assert told["compared"] == ["public"]
    assert told["root"] in page.read_text("utf-8")
    assert "<html lang='de'>" in page.read_text("utf-8")
    assert "für die niemand einsteht" in page.read_text("utf-8")
    assert typed(home, "--report", str(tmp_path / "report.pdf"))[0] == 2
    assert typed(home, "--report", str(home.data / "report.html"))[0] == 2


def test_what_an_audit_is_given_to_compare_with_must_be_what_it_says(home: Home, tmp_path: Path) -> None:
    assert typed(home, "--remembered", str(tmp_path / "nothing")) == (
        2,
        "`nothing` cannot be read; name a file that holds a checkpoint",
    )
    code, said = typed(home, "--log", str(tmp_path))
    assert (code, "there is no checkpoint" in said) == (2, True)


def test_the_command_runs_without_any_keys(home: Home) -> None:
    shutil.rmtree(home.keys)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAYSO")}
    done = subprocess.run(
        [sys.executable, "-c", "from sayso.app.cli import main; main()", "--data", str(home.data), "audit", "--json"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode in (0, 1), done.stderr
    assert {one["kind"] for one in json.loads(done.stdout)} <= {"overdue", "words_left"}, (
        "a year has passed since, and nobody swept"
    )
