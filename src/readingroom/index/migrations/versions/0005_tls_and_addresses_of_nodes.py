"""TLS to a node, and from where it may call.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; nodes that are there are called without TLS and may call from anywhere."""
    op.add_column("node", sa.Column("tls", sa.Boolean, nullable=False, server_default="0"))
    op.add_column("node", sa.Column("allowed_addresses", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("node", "allowed_addresses")
    op.drop_column("node", "tls")
