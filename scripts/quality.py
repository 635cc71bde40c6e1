"""Measure all that docs/scrub.md says of quality, and what a release's card says of it, and write both: one command for the whole.

    python scripts/quality.py --texts FOLDER --peers PYTHON [--data FOLDER] [--chats FILE] [--venvs FOLDER --corpus FILE]

FOLDER as in scripts/persons_data.py; PYTHON is an interpreter with the peers that bench/peer_run.py knows; FILE as in
bench/scrub_unread.py, the last two as in bench/scrub_peers.py: these two tables stay as they are without. `make quality` does all.
Everything is measured by the code as it stands, so no figure is older than another.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from sayso.scrub.describe import table

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "scrub.md"
BEGIN, END = "<!-- kinds -->\n", "\n<!-- /kinds -->"


def kinds(page: Path) -> None:
    """Write the table of kinds anew."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    page.write_text(f"{before}{BEGIN}{table()}{END}{rest.partition(END)[2]}", encoding="utf-8")


def main() -> None:
    """Run every bench of quality, one after the other; the first that fails ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--chats", type=Path)
    parser.add_argument("--venvs", type=Path)
    parser.add_argument("--corpus", type=Path)
    given = parser.parse_args()
    kinds(PAGE)
    data = ["--data", str(given.data)] if given.data else []  # each bench knows where SAYSO_DATA is
    page, peers = ["--write", str(PAGE)], ["--peers", str(given.peers)]
    for name, *options in (
        ("scrub_card", *data, "--write"),
        ("scrub_quality", *data, *peers, *page),
        ("scrub_secrets", *data, *peers, *page),
        ("scrub_contexts", *peers, *page),
        ("scrub_labelled", *data, *page),
        ("scrub_raw", *data, *page),
        ("scrub_places", *page),
        ("scrub_handles", str(given.texts), *page),
        ("scrub_persons", str(given.texts), *data, *page),
        *([("scrub_peers", str(given.venvs), "--corpus", str(given.corpus), *data, *page)] if given.venvs and given.corpus else []),
        *([("scrub_unread", "--chats", str(given.chats), *data, *page)] if given.chats else []),
        ("scrub_minute", *page),
    ):
        began = time.monotonic()
        subprocess.run([sys.executable, ROOT / "bench" / f"{name}.py", *options], check=True, stdout=subprocess.DEVNULL)
        print(f"{name}: {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
