"""What came of an event, from which address, and facts; events found by kind and by peer.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of the events that are there, only these two kinds were failures."""
    op.add_column("event", sa.Column("outcome", sa.String(8), nullable=False, server_default="done"))
    op.add_column("event", sa.Column("address", sa.Text(), nullable=False, server_default=""))
    op.add_column("event", sa.Column("facts", sa.Text(), nullable=False, server_default="{}"))
    op.execute("UPDATE event SET outcome = 'failed' WHERE kind IN ('refused', 'not indexed')")
    op.create_index("ix_event_kind", "event", ["kind", "at"])
    op.create_index("ix_event_peer", "event", ["peer", "at"])
    op.create_index("ix_event_address", "event", ["address", "at"])


def downgrade() -> None:
    """Drop them."""
    for name in ("kind", "peer", "address"):
        op.drop_index(f"ix_event_{name}", "event")
    for name in ("facts", "address", "outcome"):
        op.drop_column("event", name)
