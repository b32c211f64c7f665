"""The secret of an installation from which the UIDs of de-identified objects follow."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_NAME = "deidentification.key"
_BYTES = 32


def deidentifying_key(data: Path) -> bytes:
    """The key in the data folder, readable by the owner alone; made where there is none yet.

    With it one can tell whose a de-identified object was, without it no studies given away later will meet
    the earlier ones: it belongs into the backup, and nowhere else.
    """
    path = data / _NAME
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    # whole under its name at once: several processes start at a time, and all must take the same
    own = data / f".{_NAME}.{os.getpid()}"
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()
    return path.read_bytes()
