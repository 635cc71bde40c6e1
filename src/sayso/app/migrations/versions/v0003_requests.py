"""A request that is sent twice is answered twice and recorded once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table of requests; what came before it had no keys."""
    op.create_table(
        "ledger_requests",
        sa.Column("key", sa.LargeBinary(32), primary_key=True),
        sa.Column("asked", sa.String(64), nullable=False),
        sa.Column("first", _COUNT, nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("recorded", sa.String(27), nullable=False),
        sa.Column("sum", sa.String(64), nullable=False),
    )
    op.create_index("ledger_requests_recorded", "ledger_requests", ["recorded"])


def downgrade() -> None:
    """Take the table away: from then on a request that is sent again is recorded again."""
    op.drop_table("ledger_requests")
