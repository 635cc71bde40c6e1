"""A person's conversations by the day of their last turn, so that a page of them costs what it shows."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the index; it is over what is there already."""
    op.create_index("vault_by_date", "vault_conversations", ["account", "ended_at", "conversation"])


def downgrade() -> None:
    """Take it away; nothing is lost, pages of large accounts are slow again."""
    op.drop_index("vault_by_date", "vault_conversations")
