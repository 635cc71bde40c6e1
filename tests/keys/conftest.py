"""A token for the tests: Debian's SoftHSM, in a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
PIN, OFFICER = "4711-ana", "8080-officer"


class SoftHsm:
    """A module and how to make tokens in it."""

    def __init__(self, module: str, folder: Path) -> None:
        self.module, self.folder = module, folder
        self.count = 0

    def token(self) -> str:
        """Make a token of its own and return its address."""
        self.count += 1
        label = f"sayso {self.count}"
        made = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", OFFICER]
        subprocess.run(made, check=True, capture_output=True, cwd="/")
        return f"pkcs11:token={label.replace(' ', '%20')}?module-path={self.module}"


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    module = next((one for one in MODULES if Path(one).exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        missing = "SoftHSM is missing; apt-get install softhsm2"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(folder / "conf")
    yield SoftHsm(module, folder)
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


@pytest.fixture
def address(softhsm: SoftHsm, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a fresh token whose PIN is in the environment."""
    monkeypatch.setenv("SAYSO_PKCS11_PIN", PIN)
    return softhsm.token()
