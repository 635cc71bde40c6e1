"""Sweeps cost what is due: an account's own lines have an index, and dead bytes are counted per segment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sayso.facts.canonical import digest

revision = "0004"
down_revision = "0003"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NAMED = sa.text("conversation IS NOT NULL")


def upgrade() -> None:
    """Make both; what was dead before is not counted per segment yet, and segment 0 says so to the next compaction."""
    op.create_index("ledger_events_own", "ledger_events", ["account", "conversation"])
    op.drop_index("ledger_events_account", "ledger_events")
    op.drop_index("ledger_events_conversation", "ledger_events")
    op.create_index("ledger_events_conversation", "ledger_events", ["conversation"], sqlite_where=_NAMED, postgresql_where=_NAMED)
    dead = op.create_table(
        "vault_dead",
        sa.Column("segment", _COUNT, primary_key=True, autoincrement=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("sum", _TEXT, nullable=False),
    )
    op.bulk_insert(dead, [{"segment": 0, "bytes": 0, "sum": digest({"table": "vault_dead", "segment": "0", "bytes": "0"})}])


def downgrade() -> None:
    """Take both away."""
    op.drop_table("vault_dead")
    op.drop_index("ledger_events_conversation", "ledger_events")
    op.create_index("ledger_events_conversation", "ledger_events", ["conversation"])
    op.create_index("ledger_events_account", "ledger_events", ["account"])
    op.drop_index("ledger_events_own", "ledger_events")
