"""Measure every rule on every screen of ours and write the numbers into docs/screens.md; `make screens` runs it (minutes)."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.browser.screens.table import main

main()
