"""`sayso verify --page` writes the page that checks files in a browser, with the key of the installation it was written in."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from sayso.app.cli import main
from sayso.app.house import House
from sayso.proofs import SigningKey


def run(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(words)
    said = capsys.readouterr()
    return int(left.value.code or 0), said.out, said.err


def test_the_page_of_an_installation_has_its_key_and_says_its_own_digest(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, key = tmp_path / "verify.html", house.keys.signing.vkey()
    code, out, _ = run(["--data", str(house.folder), "verify", "--page", str(page)], capsys)
    assert code == 0
    assert key.split("+")[0] in out
    assert hashlib.sha256(page.read_bytes()).hexdigest() in out
    assert f'value="{key}"' in page.read_text("utf-8")
    code, out, _ = run(["--json", "--data", str(house.folder), "verify", "--page", str(page)], capsys)
    assert json.loads(out)["log_key"] == key


def test_without_an_installation_the_page_has_the_key_that_is_named_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SAYSO_HOME", raising=False)
    key = SigningKey("example.com/log", bytes(range(32))).vkey()
    assert run(["verify", "--page", "a.html", "--key", key], capsys)[0] == 0
    assert f'value="{key}"' in Path("a.html").read_text("utf-8")
    code, out, _ = run(["verify", "--page", "b.html"], capsys)
    assert (code, "no key is filled in" in out) == (0, True)
    assert 'value=""' in Path("b.html").read_text("utf-8")


def test_what_makes_no_sense_is_refused_and_writes_nothing(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    data = ["--data", str(house.folder), "verify"]
    for words, why in (
        (["receipt.json", "--page", "x.html"], "leave out the file"),
        (["--page", "x.html", "--key", "nonsense"], "public key"),
        (["--page", "nowhere/x.html"], "cannot be written"),
        ([], "or write a page with --page"),
    ):
        code, _, err = run([*data, *words], capsys)
        assert code == 2, err
        assert why in err
        assert err.count("\n") == 1
    assert not Path("x.html").exists()
