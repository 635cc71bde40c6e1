"""What docs/officers.md says runs, with a certified provider; and what is set wrongly is said in one line."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from sayso.app.cli import main
from sayso.app.oidc import read_trust
from sayso.facts.errors import Unfit

ROOT = Path(__file__).resolve().parents[2]
START = [sys.executable, "-c", "from sayso.app.cli import main; main()"]
GIVEN = {
    "SAYSO_OIDC_ISSUER": "https://login.example/tenant", "SAYSO_OIDC_CLIENT": "sayso", "SAYSO_OIDC_SECRET": "s3cret",
    "SAYSO_OIDC_ROLES": "legal=hold,audit; cn=ops,ou=people=operate",
}  # fmt: skip


def test_the_ten_lines_run_as_they_stand_and_lead_to_the_provider(
    tmp_path: Path, certified: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [one for one in os.environ if one.startswith("SAYSO_")]:
        monkeypatch.delenv(name)
    text = (ROOT / "docs" / "officers.md").read_text("utf-8")
    lines = [line[2:] for line in re.findall(r"```console\n(.*?)```", text, re.S)[0].splitlines()]
    assert len(lines) == 10
    running = certified("https://say.example")
    Path("client-secret").write_text("a secret only for tests, with + and /\n")
    done = 0
    for line in lines:
        program, *words = shlex.split(line)
        if program == "export":
            name, _, value = words[0].partition("=")
            # The one thing that is otherwise here: where the provider is.
            monkeypatch.setenv(name, running.issuer if name == "SAYSO_OIDC_ISSUER" else value)
        elif words[0] == "serve":
            assert leads_to_the_provider(words, running.issuer) == running.issuer
        elif program == "sayso":
            with pytest.raises(SystemExit) as left:
                main(words)
            assert left.value.code in (0, None), capsys.readouterr().err
        done += program != "pip"
    assert done == 9
    said = capsys.readouterr().out
    assert "https://say.example/officer/signed-in" in said
    assert "privacy office" in said


def leads_to_the_provider(words: list[str], issuer: str) -> str:
    """Serve as *words* say, go to sign in there, and give back whose page that is, once the provider took the request for good."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*START, *words, "--port", str(port)], env={**os.environ, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        assert process.stdout is not None
        while not (line := process.stdout.readline()).startswith("serving "):
            assert line
        client = httpx2.Client(trust_env=False, timeout=30, transport=httpx2.HTTPTransport(retries=5))
        went = client.get(f"http://127.0.0.1:{port}/officer/sign-in")
        assert "__Host-sayso-signin=" in went.headers["set-cookie"]
        assert "Secure" in went.headers["set-cookie"]
        there = went.headers["location"]
        assert parse_qs(urlsplit(there).query)["redirect_uri"] == ["https://say.example/officer/signed-in"]
        asked = client.get(there)
        assert asked.status_code == 303
        assert "/come-in/" in asked.headers["location"]
        return there.partition("/auth")[0]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def test_what_is_set_is_read_and_no_secret_is_in_what_is_shown_of_it() -> None:
    trust = read_trust(GIVEN)
    assert trust is not None
    assert trust.roles == {"legal": {"read", "hold", "audit"}, "cn=ops,ou=people": {"read", "operate"}}
    assert "s3cret" not in f"{trust} {trust!r} {[trust]}"
    assert read_trust({}) is None


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"SAYSO_OIDC_ISSUER": ""}, "set both or none"),
        ({"SAYSO_OIDC_ISSUER": "http://login.example"}, "no https address"),
        ({"SAYSO_OIDC_ISSUER": "https://user:word@login.example"}, "no https address"),
        ({"SAYSO_OIDC_ISSUER": "https://login.example:port"}, "no https address"),
        ({"SAYSO_OIDC_CLIENT": ""}, "SAYSO_OIDC_CLIENT is not"),
        ({"SAYSO_OIDC_SECRET": ""}, "set one of"),
        ({"SAYSO_OIDC_SECRET_FILE": "both"}, "set one of"),
        ({"SAYSO_OIDC_SECRET": "", "SAYSO_OIDC_SECRET_FILE": "not-there"}, "cannot be read"),
        ({"SAYSO_OIDC_ROLES": ""}, "nobody could sign in"),
        ({"SAYSO_OIDC_ROLES": "legal=everything"}, "has `legal=everything`"),
        ({"SAYSO_OIDC_ROLES": "hold"}, "has `hold`"),
        ({"SAYSO_OIDC_ROLES": "=hold"}, "has `=hold`"),
        ({"SAYSO_OIDC_ROLES": "legal="}, "has `legal=`"),
    ],
)
def test_what_is_set_wrongly_is_said_in_one_line(other: dict[str, str], said: str) -> None:
    with pytest.raises(Unfit, match=re.escape(said)) as found:
        read_trust(GIVEN | other)
    assert "s3cret" not in str(found.value)


def test_a_provider_that_is_not_there_is_one_line_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        for name, value in (GIVEN | {"SAYSO_OIDC_ISSUER": f"http://127.0.0.1:{taken.getsockname()[1]}"}).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as left:
            main(["officer", "provider"])
    assert left.value.code not in (0, None)
    err = capsys.readouterr().err.strip()
    assert "does not answer as it should" in err
    assert len(err.splitlines()) == 1
