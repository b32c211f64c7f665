"""What our processes say on standard error."""

from __future__ import annotations

import logging


def configure(level: str, name: str) -> None:
    """Log to standard error, one line each, with the process's name in front."""
    logging.basicConfig(
        level=level.upper(),
        format=f"%(asctime)s {name} %(levelname)s %(message)s",
        datefmt="%Y-%m-%d %H:%M:%S",
        force=True,
    )
    for noisy in ("alembic", "sqlalchemy", "PIL", "pydicom"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
