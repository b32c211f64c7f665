"""Indexes of ideographic and phonetic names.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INDEXES = [
    (table, group) for table in ("patient", "study") for group in ("name_ideographic", "name_phonetic")
]


def upgrade() -> None:
    """Create them."""
    for table, group in _INDEXES:
        op.create_index(f"ix_{table}_{group}", table, [group, "id"], sqlite_where=sa.text(f"{group} != ''"))


def downgrade() -> None:
    """Drop them."""
    for table, group in _INDEXES:
        op.drop_index(f"ix_{table}_{group}", table_name=table)
