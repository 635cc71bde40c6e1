"""Where things lie, read from options and environment once, here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

DEFAULT_POLICY = "anthropic-consumer"


class Settings(Struct, frozen=True, kw_only=True):
    """The data folder, the folder of keys beside it, and a master key handed in by the environment (two while an epoch turns).

    Keys never lie in the data folder, so that a copy or backup of the data alone opens nothing.
    """

    data: Path
    keys: Path
    master_hex: str | None = None
    old_master_hex: str | None = None
    database: str | None = None
    """The address of a PostgreSQL database for ledger and vault index; without one they lie in the data folder."""

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
        return cls(data=folder, keys=keys, master_hex=given, old_master_hex=old, database=env.get("SAYSO_DATABASE") or None)
