"""Where things lie, read from options and environment once, here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from sayso.facts.errors import Unfit

DEFAULT_POLICY = "protective"
"""What a new installation promises until its operator names another: nothing without a yes."""


DAY = 86_400


class Settings(Struct, frozen=True, kw_only=True):
    """The data folder, the folder of keys beside it, and a master key handed in by the environment (two while an epoch turns).

    *master* names a token that seals master keys, *objects* and *endpoint* a store for segments, *cipher* what is sealed with.

    Keys never lie in the data folder, so that a copy or backup of the data alone opens nothing.
    """

    data: Path
    keys: Path
    master_hex: str | None = None
    old_master_hex: str | None = None
    master: str | None = None
    objects: str | None = None
    endpoint: str | None = None
    cipher: str | None = None
    scrub_engine: str | None = None
    """What scrubbing searches with: re2 where none is named; all find the same."""
    database: str | None = None
    """The address of a PostgreSQL database for ledger and vault index; without one they lie in the data folder."""
    log_within: int = DAY
    """Seconds after which a recorded line is promised to stand in the published log."""

    @classmethod
    def read(cls, data: str | Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
        """Return the settings: option over ``SAYSO_HOME``, keys in ``SAYSO_KEYS`` or beside the data folder.

        >>> Settings.read("d", {}).keys.name
        'd.keys'
        """
        env = os.environ if environ is None else environ
        folder = Path(data or env.get("SAYSO_HOME") or "sayso-data")
        keys = Path(env["SAYSO_KEYS"]) if env.get("SAYSO_KEYS") else folder.with_name(folder.name + ".keys")
        given, old = env.get("SAYSO_MASTER_KEY") or None, env.get("SAYSO_MASTER_KEY_OLD") or None
        names = ("MASTER", "OBJECTS", "OBJECTS_ENDPOINT", "CIPHER", "DATABASE", "SCRUB_ENGINE")
        master, objects, endpoint, cipher, database, scrub_engine = (env.get(f"SAYSO_{name}") or None for name in names)
        return cls(
            data=folder,
            keys=keys,
            master_hex=given,
            old_master_hex=old,
            master=master,
            objects=objects,
            endpoint=endpoint or env.get("AWS_ENDPOINT_URL_S3") or env.get("AWS_ENDPOINT_URL") or None,
            cipher=cipher,
            database=database,
            scrub_engine=scrub_engine,
            log_within=_seconds(env.get("SAYSO_LOG_WITHIN") or str(DAY)),
        )


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= 366 * DAY:
        raise Unfit(f"SAYSO_LOG_WITHIN is a number of seconds, from 1 to a year, and not `{text[:20]}`")
    return int(text)
