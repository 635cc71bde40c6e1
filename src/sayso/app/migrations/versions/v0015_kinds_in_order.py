"""Lines of one kind in their order: on PostgreSQL the last ones are found without reading those before, or those of other kinds."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0012"

NAME, TABLE = "ledger_events_type", "ledger_events"


def upgrade() -> None:
    """Make the index anew with the number of the line behind its kind; SQLite ends every index with that anyway."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(NAME, TABLE)
        op.create_index(NAME, TABLE, ["type", "seq"])


def downgrade() -> None:
    """Make it as it was; nothing is lost, pages over very many lines are slow again."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(NAME, TABLE)
        op.create_index(NAME, TABLE, ["type"])
