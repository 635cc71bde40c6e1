"""A real object store for the tests: Debian's OpenStack Swift with its S3 interface, started in a temporary folder."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import os
import pwd
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

KEYS = {"AWS_ACCESS_KEY_ID": "test:ana", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
PYTHON = "/usr/bin/python3"
collect_ignore = ["swift_server.py"]  # run by Debian's Python, whose packages it needs


class Swift:
    """A running store: its endpoint, and requests that `obstore` has no word for, such as making a bucket."""

    def __init__(self, port: int, folder: Path) -> None:
        self.folder = folder
        self.endpoint = f"http://127.0.0.1:{port}"
        self.host = f"127.0.0.1:{port}"
        self.buckets = 0

    def bucket(self) -> str:
        """Make a bucket that nobody has used."""
        self.buckets += 1
        name = f"words-{self.buckets}"
        assert self.ask("PUT", f"/{name}")[0] == 200
        return name

    def ask(self, method: str, path: str, query: str = "", body: bytes = b"") -> tuple[int, bytes]:
        """Return status and answer of one request, signed as Amazon says (Signature Version 4)."""
        stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body).hexdigest()
        signed = "host;x-amz-content-sha256;x-amz-date"
        headers = f"host:{self.host}\nx-amz-content-sha256:{digest}\nx-amz-date:{stamp}\n"
        request = hashlib.sha256(f"{method}\n{path}\n{query}\n{headers}\n{signed}\n{digest}".encode()).hexdigest()
        scope = f"{stamp[:8]}/us-east-1/s3/aws4_request"
        key = b"AWS4" + KEYS["AWS_SECRET_ACCESS_KEY"].encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{request}".encode(), "sha256").hex()
        credential = f"{KEYS['AWS_ACCESS_KEY_ID']}/{scope}"
        asked = urllib.request.Request(
            self.endpoint + path + (f"?{query}" if query else ""),
            data=body or None,
            method=method,
            headers={
                "x-amz-date": stamp,
                "x-amz-content-sha256": digest,
                "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature={signature}",
            },
        )
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


def swift_is_missing() -> str | None:
    """Why no Swift can be started here, or `None`."""
    there = shutil.which("swift-proxy-server") and shutil.which("swift-object-server") and Path(PYTHON).exists()
    return None if there else "Swift is missing; apt-get install swift swift-proxy swift-account swift-container swift-object"


@pytest.fixture(scope="session")
def swift() -> Iterator[Swift]:
    """Swift on loopback ports, run by somebody who is not root; it ends with its standard input, however the tests end."""
    missing = swift_is_missing()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    other = pwd.getpwnam("nobody") if os.getuid() == 0 else None
    script = Path(__file__).with_name("swift_server.py").read_text(encoding="utf-8")
    # In /var/tmp, since Swift keeps what it must know of an object in extended attributes, which not every /tmp can hold.
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="sayso-swift-") as folder:
        if other:
            os.chown(folder, other.pw_uid, other.pw_gid)
        with subprocess.Popen(
            [PYTHON, "-c", script, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd="/",
            env={"PATH": "/usr/bin:/bin"},
            user=other.pw_uid if other else None,
            group=other.pw_gid if other else None,
            extra_groups=[] if other else None,
        ) as running:
            assert running.stdin is not None
            assert running.stdout is not None
            port = running.stdout.readline().strip()
            assert port.isdigit(), "Swift did not start"
            yield Swift(int(port), Path(folder))
            running.stdin.close()
            running.wait(20)
