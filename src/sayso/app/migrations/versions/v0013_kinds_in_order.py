"""Lines of one kind in their order: the next ones behind a number are found without reading any before, or of another kind."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"

NAME, TABLE = "ledger_events_type", "ledger_events"


def upgrade() -> None:
    """Make the index anew with the number of the line behind its kind; it is over what is there already."""
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, ["type", "seq"])


def downgrade() -> None:
    """Make it as it was; nothing is lost, pages over very many lines are slow again."""
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, ["type"])
