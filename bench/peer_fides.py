"""ethyca-fides as the peer of a benchmark: its web server on a database of its own, and the presses that write a consent there.

What is run is the one consent write that its open part has over HTTP: `PATCH /api/v1/consent-request/ID/preferences`, which keeps
the last answer for each person and use in one row. Its newer forms, with a history and the notice that was shown, are in its closed part.
It is installed apart, since it brings two hundred packages; nothing of it is imported here.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from msgspec import Struct

USE = "train_ai_system"
ACK = r"^HTTP/1\.1 (200) "
WITHIN = 300
"""Seconds that its start may take, with its migrations."""


class Peer(Struct, frozen=True):
    """A running server: its port, process and version, and for each client the presses of its people in turn."""

    port: int
    pid: int
    version: str
    presses: list[list[str]]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def fides(python: Path, folder: str, database_port: int, persons: int, clients: int) -> Iterator[Peer]:
    """Yield it on the PostgreSQL whose socket lies in *folder*, *persons* known to it; *python* has `ethyca-fides` installed."""
    with psycopg.connect(f"host={folder} port={database_port} user=sayso dbname=postgres", autocommit=True) as conn:
        conn.execute("CREATE DATABASE fides")
    with tempfile.TemporaryDirectory(prefix="peer-") as name, _redis(name) as redis_port:
        port, environ = free_port(), _environ(database_port, redis_port)
        program = [
            str(python),
            "-m",
            "uvicorn",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--log-level",
            "critical",
            "fides.api.main:app",
        ]
        log = Path(name) / "log"
        with log.open("wb") as out, subprocess.Popen(program, env=environ, cwd=name, stdout=out, stderr=out) as process:
            try:
                health = _started(port, process, log)
                yield Peer(port, process.pid, str(health["version"]), _presses(port, persons, clients))
            finally:
                process.terminate()
                process.wait(60)


def kept(folder: str, database_port: int) -> int:
    """Return how many rows of consent its database holds: one for each person, however often they answered."""
    with psycopg.connect(f"host={folder} port={database_port} user=sayso dbname=fides") as conn:
        found = conn.execute("SELECT count(*) FROM consent").fetchone()
    return int(found[0]) if found else 0


def _environ(database_port: int, redis_port: int) -> dict[str, str]:
    told = {
        "DATABASE__SERVER": "127.0.0.1",
        "DATABASE__PORT": str(database_port),
        "DATABASE__USER": "sayso",
        "DATABASE__PASSWORD": "none",
        "DATABASE__DB": "fides",
        "REDIS__HOST": "127.0.0.1",
        "REDIS__PORT": str(redis_port),
        "REDIS__PASSWORD": "none",
        "SECURITY__APP_ENCRYPTION_KEY": "0123456789abcdef0123456789abcdef",
        "SECURITY__OAUTH_ROOT_CLIENT_ID": "root",
        "SECURITY__OAUTH_ROOT_CLIENT_SECRET": "invented",
        "SECURITY__DRP_JWT_SECRET": "invented",
        "SECURITY__REQUEST_RATE_LIMIT": "1000000000/minute",
        "EXECUTION__SUBJECT_IDENTITY_VERIFICATION_REQUIRED": "false",
        "USER__ANALYTICS_OPT_OUT": "true",
        "LOGGING__LEVEL": "CRITICAL",
    }
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("SAYSO_", "FIDES__", "PYTHON"))}
    return environ | {f"FIDES__{name}": value for name, value in told.items()}


@contextmanager
def _redis(folder: str) -> Iterator[int]:
    """Yield the port of a Redis that keeps nothing; the server asks for one and does not use it for this write."""
    found = shutil.which("redis-server")
    if found is None:
        raise SystemExit("ethyca-fides needs Redis; install Debian's redis-server")
    port = free_port()
    words = ["--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--requirepass", "none", "--save", ""]
    with subprocess.Popen([found, *words], stdout=subprocess.DEVNULL) as process:
        try:
            yield port
        finally:
            process.terminate()
            process.wait(30)


def _started(port: int, process: subprocess.Popen[bytes], log: Path) -> dict[str, object]:
    until = time.monotonic() + WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            return _asked(port, "GET", "/health", None)
        except (OSError, http.client.HTTPException):
            time.sleep(0.5)
    raise SystemExit(f"ethyca-fides did not start:\n{log.read_text(errors='replace')[-1500:]}")


def _asked(port: int, method: str, path: str, told: object) -> dict[str, object]:
    conn = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    conn.request(method, path, None if told is None else json.dumps(told), {"content-type": "application/json"})
    answer = conn.getresponse()
    raw = answer.read()
    conn.close()
    if answer.status != 200:
        raise SystemExit(f"ethyca-fides: {method} {path}: {answer.status} {raw[:300]!r}")
    return dict(json.loads(raw))


def _presses(port: int, persons: int, clients: int) -> list[list[str]]:
    """Return the presses of people in turn, refuse and allow, dealt out as ours are; each person is known by an address of mail."""
    paths = []
    for number in range(persons):
        made = _asked(port, "POST", "/api/v1/consent-request", {"identity": {"email": f"person{number}@example.com"}})
        paths.append(f"/api/v1/consent-request/{made['consent_request_id']}/preferences")
    return [
        [_press(path, port, opt_in=bool(which)) for which in (0, 1) for path in paths[place::clients]] for place in range(clients)
    ]


def _press(path: str, port: int, *, opt_in: bool) -> str:
    body = json.dumps({"consent": [{"data_use": USE, "opt_in": opt_in}]})
    return (
        f"PATCH {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"Accept: application/json\r\nConnection: keep-alive\r\n\r\n{body}"
    )
