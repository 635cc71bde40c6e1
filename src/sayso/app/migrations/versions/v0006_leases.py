"""Several sweeps share what is due: who has taken what, and until when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table; nobody has taken anything."""
    op.create_table(
        "vault_leases",
        sa.Column("worker", _TEXT, primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("conversations", _TEXT, nullable=False),
        sa.Column("sum", _TEXT, nullable=False),
    )


def downgrade() -> None:
    """Take it away; what was taken is due again, and is swept by whoever comes."""
    op.drop_table("vault_leases")
