"""Of which series the view tier was ordered.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table; what is here already counts as ordered, and is made when it is asked for."""
    op.create_table(
        "series_view",
        sa.Column("series_pk", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("version", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["series_pk"], ["series.id"], name="fk_series_view_series_pk_series", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("series_pk", name="pk_series_view"),
    )
    op.execute("INSERT INTO series_view (series_pk, version) SELECT id, version FROM series")


def downgrade() -> None:
    """Drop it."""
    op.drop_table("series_view")
