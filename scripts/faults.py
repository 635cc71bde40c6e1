"""Fail each system call of what a house does, once, and judge what is left; --help lists the options.

`make fault` runs all of it and writes the figures into docs/benchmarks.md; `make test` takes a sample by `--sample` and `--seed`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.faults.gauntlet import main

main()
