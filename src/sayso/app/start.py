"""Where the program starts: what it needs is loaded here, so that a Ctrl-C while that is under way is one line too."""

from __future__ import annotations

import sys


def main() -> None:
    """Load the commands and run one; leave with its exit code."""
    try:
        from sayso.app.cli import main as run  # noqa: PLC0415  # loading it takes a second or two, in which one may stop it
    except KeyboardInterrupt:
        sys.stderr.write("sayso: stopped before it began; nothing was changed\n")
        sys.exit(130)
    run()
