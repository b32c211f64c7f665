"""How to treat a node: retrieval, failures, limits, character set, time-out.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("retrieve_by", sa.String(8), nullable=False, server_default="get"),
        sa.Column("on_store_failure", sa.String(16), nullable=False, server_default="continue"),
        sa.Column("one_association_per_object", sa.Boolean, nullable=False, server_default="0"),
        sa.Column("most_associations", sa.Integer, nullable=False, server_default="1"),
        sa.Column("blacklisted_sop_classes", sa.Text, nullable=False, server_default=""),
        sa.Column("query_charset", sa.Text, nullable=False, server_default=""),
        sa.Column("wildcards", sa.Text, nullable=False, server_default=""),
        sa.Column("timeout", sa.Float, nullable=False, server_default="40"),
    ]


def upgrade() -> None:
    """Add the columns; nodes that are there get the defaults."""
    for column in _columns():
        op.add_column("node", column)


def downgrade() -> None:
    """Drop them."""
    for column in _columns():
        op.drop_column("node", column.name)
