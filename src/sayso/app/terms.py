"""What the operator says about itself on every receipt, read from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping

from sayso.ledger import Controller, Terms

UNSET = "not set by the operator"


def operator(environ: Mapping[str, str] | None = None) -> str | None:
    """Return who runs this installation, as notices and pages name it; `None` where nobody set it."""
    env = os.environ if environ is None else environ
    return env.get("SAYSO_OPERATOR") or None


def terms(environ: Mapping[str, str] | None = None) -> Terms:
    """Return the operator's terms; what is not set is said to be not set, never guessed.

    Read are ``SAYSO_OPERATOR``, ``SAYSO_ADDRESS``, ``SAYSO_CONTACT``, ``SAYSO_EMAIL``, ``SAYSO_PHONE``,
    ``SAYSO_PRIVACY_NOTICE`` and ``SAYSO_JURISDICTION``.

    >>> terms({"SAYSO_OPERATOR": "Example GmbH"}).controllers[0].name
    'Example GmbH'
    """
    env = os.environ if environ is None else environ
    return Terms(
        controllers=(
            Controller(
                id="operator",
                name=env.get("SAYSO_OPERATOR", UNSET),
                address=env.get("SAYSO_ADDRESS", UNSET),
                contact=env.get("SAYSO_CONTACT", UNSET),
                email=env.get("SAYSO_EMAIL", ""),
                phone=env.get("SAYSO_PHONE", ""),
            ),
        ),
        privacy_notice=env.get("SAYSO_PRIVACY_NOTICE", UNSET),
        withdrawal="In the settings, at any time, with one press; it acts at once.",
        retention="As long as the policy in force has a reason to keep, conversation by conversation.",
        jurisdiction=env.get("SAYSO_JURISDICTION", UNSET),
        rights=("see", "take along", "change", "delete", "object"),
    )
