"""Segments may lie as objects, under random numbers of 64 bits, and what is held and deleted lies under numbers of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make room for the numbers; SQLite's whole numbers have it."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("vault_blocks", "segment", type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False)


def downgrade() -> None:
    """Go back to numbers of 32 bits; the database refuses, and nothing changes, where one is greater."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("vault_blocks", "segment", type_=sa.Integer(), existing_type=sa.BigInteger(), existing_nullable=False)
