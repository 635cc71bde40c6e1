"""What requests over the API were answered, sealed, so that one sent twice gets the same answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table; nothing was answered yet."""
    op.create_table(
        "api_answers",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("asked", sa.String(64), nullable=False),
        sa.Column("recorded", _TEXT, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("sum", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    """Take it away; a request sent again is done again, as far as that changes anything."""
    op.drop_table("api_answers")
