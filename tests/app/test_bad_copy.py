"""A service that runs while the copy of its policy goes bad: it goes on with the last good one and says so."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

pytest.importorskip("fastapi", reason="the pages need the extra `serve`; pip install sayso[serve]")

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-u", "-c", "from sayso.app.cli import main; main()"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def sayso(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = [*PROGRAM, *words, "--data", str(data)]
    return subprocess.run(
        program, env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, timeout=60, check=False
    )


class Running:
    """`sayso serve` in a process of its own; it ends with the test."""

    def __init__(self, data: Path, port: int) -> None:
        self.port = port
        self.jar: dict[str, str] = {}
        program = [*PROGRAM, "serve", "--port", str(port), "--data", str(data)]
        env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
        self.process = subprocess.Popen(program, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        lines = iter(self.process.stdout.readline, "")
        self.officer = next(found[1] for line in lines if (found := re.search(r"officer (\S+)", line)))

    def ask(self, path: str, *, method: str = "GET", body: str = "") -> tuple[int, str]:
        for _ in range(2000):  # it says where it serves a moment before it listens
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            headers = {
                "origin": f"http://127.0.0.1:{self.port}",
                "cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items()),
            }
            if body:
                headers["content-type"] = "application/x-www-form-urlencoded"
            try:
                connection.request(method, path, body=body or None, headers=headers)
                answer = connection.getresponse()
                text = answer.read().decode()
            except ConnectionRefusedError:
                assert self.process.poll() is None, "the service ended"
                continue
            finally:
                connection.close()
            for cookie in answer.msg.get_all("set-cookie") or []:
                name, value = cookie.split(";")[0].split("=", 1)
                self.jar[name] = value
            return answer.status, text
        raise AssertionError("it never listened")

    def enter(self) -> None:
        status, page = self.ask("/enter?" + self.officer.split("?", 1)[1])
        assert status == 200
        form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
        assert self.ask("/enter", method="POST", body=urlencode(form))[0] == 303

    def end(self) -> str:
        self.process.terminate()
        return self.process.communicate(timeout=30)[1]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[tuple[Path, Running]]:
    data = tmp_path / "d"
    assert sayso(data, "init", "--policy", "anthropic-consumer").returncode == 0
    made = Running(data, free_port())
    yield data, made
    made.end()


Harm = Callable[[Path, bytes], object]
HARMS: dict[str, Harm] = {
    "edited": lambda path, text: path.write_bytes(text.replace(b'use = "deny"', b'use = "allow"')),
    "truncated": lambda path, text: path.write_bytes(text[: len(text) // 2]),
    "no policy at all": lambda path, _: path.write_bytes(b"\xff\x00 nothing"),
    "gone": lambda path, _: path.unlink(),
}


def test_a_running_service_keeps_the_last_good_policy_says_so_and_would_not_start_again(serving: tuple[Path, Running]) -> None:
    data, service = serving
    (copy,) = (data / "policies").glob("*.toml")
    good = copy.read_bytes()
    service.enter()
    status, first = service.ask("/officer")
    assert (status, "under policy anthropic-consumer" in first, "damaged" in first) == (200, True, False)
    assert service.ask("/healthz") == (200, "ok\n")
    for name, harm in HARMS.items():
        harm(copy, good)
        assert service.ask("/healthz")[1].startswith("warn: "), name
        status, page = service.ask("/officer")
        assert (status, "under policy anthropic-consumer" in page, "missing or damaged" in page) == (200, True, True), name
        copy.write_bytes(good)
        assert service.ask("/healthz") == (200, "ok\n"), name
    HARMS["edited"](copy, good)
    service.ask("/healthz")
    lines = [line for line in service.end().splitlines() if "policy" in line]
    assert sum("the last good one stays in force" in line for line in lines) == len(HARMS) + 1, lines
    assert sum("whole again" in line for line in lines) == len(HARMS)
    again = sayso(data, "serve", "--port", str(service.port))
    assert (again.returncode, again.stdout) == (1, "")
    said = [line for line in again.stderr.splitlines() if "master key is a plain file" not in line]
    assert len(said) == 1
    assert f"restore policies/{copy.name}" in said[0]
    copy.write_bytes(good)
    assert sayso(data, "audit").returncode == 0
