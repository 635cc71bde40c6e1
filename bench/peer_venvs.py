"""The other scrubbers' own interpreters: what is installed where, how, and each tool as a process that answers orders."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

HERE = Path(__file__).resolve().parent
PLAIN = ("pip", "--disable-pip-version-check", "--quiet", "install")
VENVS: dict[str, tuple[tuple[str, ...], ...]] = {
    # dolma asks for versions of boto3 and s3fs that pip does not settle in ten minutes; its taggers need neither.
    "dolma": (
        ("--no-deps", "dolma==1.2.1", "fasttext-wheel==0.9.2"),
        ("anyascii", "blingfire", "charset-normalizer", "fsspec", "jsonpath-ng", "msgspec", "necessary", "nltk", "numpy<2"),
        (
            "omegaconf",
            "platformdirs",
            "pybind11",
            "python-dotenv",
            "pyyaml",
            "regex",
            "requests",
            "rich",
            "setuptools",
            "smart-open",
        ),
        ("beautifulsoup4", "boto3", "detect-secrets==1.4.0", "pygments", "tokenizers", "tqdm", "uniseg", "zstandard"),
    ),
    "datatrove": (("datatrove==0.10.1", "xxhash<4"),),
    # data-juicer does not name aiohttp, and fetches ray by itself when it is imported without.
    "data-juicer": (("py-data-juicer==1.6.1", "aiohttp", "ray"),),
    "others": (("detect-secrets==1.5.0", "credsweeper==1.19.5", "presidio-analyzer==2.2.366"),),
}
"""Each interpreter's name, and what pip is asked for, call by call."""
OF = {"dolma": "dolma", "datatrove": "datatrove", "data": "data-juicer"}
"""The interpreter of a tool by the first word of its name; all else is in `others`."""
PACKAGES = {
    "dolma": ("dolma",),
    "datatrove": ("datatrove",),
    "data-juicer": ("py-data-juicer",),
    "others": ("presidio-analyzer", "detect-secrets", "credsweeper"),
}


def venv_of(tool: str) -> str:
    """Return the name of the interpreter a tool is in.

    >>> venv_of("data-juicer-clean"), venv_of("presidio")
    ('data-juicer', 'others')
    """
    return OF.get(tool.partition("-")[0], "others")


def installed(folder: Path) -> None:
    """Make every interpreter that is not in *folder* yet, by pip."""
    for name, calls in VENVS.items():
        python = folder / name / "bin" / "python"
        if python.exists():
            continue
        subprocess.run([sys.executable, "-m", "venv", folder / name], check=True)
        for wanted in calls:
            subprocess.run([python, "-m", *PLAIN, *wanted], check=True)


def versions(folder: Path) -> str:
    """Return the names of the tools with the versions that are installed."""
    program = (
        "import sys; from importlib.metadata import version; print(*(f'{one} {version(one)}' for one in sys.argv[1:]), sep=', ')"
    )
    said = [
        subprocess.run(
            [folder / name / "bin" / "python", "-c", program, *packages], capture_output=True, text=True, check=True
        ).stdout
        for name, packages in PACKAGES.items()
    ]
    return ", ".join(one.strip() for one in said)


class Peer:
    """A tool in a process of its own."""

    def __init__(self, folder: Path, tool: str) -> None:
        """Start it, in its interpreter under *folder*; sayso in this one."""
        own = tool.startswith("sayso")
        python = Path(sys.executable) if own else folder / venv_of(tool) / "bin" / "python"
        program = HERE / ("peer_sayso.py" if own else "peer_tools.py")
        self.tool = tool
        self._process = subprocess.Popen(
            [python, program, tool], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def order(self, **given: Any) -> Any:
        """Return the answer to an order, alone in a list; None where the process ended, which is what a limit does."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(given) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        said = self._process.stdout.readline()
        return json.loads(said) if said else None

    def asked(self, texts: Sequence[str], at_once: int = 200) -> list[list[list[Any]] | None]:
        """Return the hits in each text; None for a text over which the tool fell; raises SystemExit where it does not run."""
        found: list[list[list[Any]] | None] = []
        for at in range(0, len(texts), at_once):
            said = self.order(ask=texts[at : at + at_once])
            if said is None:
                raise SystemExit(f"`{self.tool}` did not run; look at what it says: python bench/peer_tools.py {self.tool}")
            found += said[0]
        return found
