"""What every command of the command line takes, and where commands print."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Group, Parameter
from rich.console import Console

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

_COMMON = Group("Where")
Data = Annotated[Path, Parameter(name="--data", group=_COMMON, help="Folder in which everything is kept.")]
SettingsFile = Annotated[
    Path | None,
    Parameter(
        name="--settings", group=_COMMON, help="TOML file; default: readingroom.toml in the data folder."
    ),
]
DEFAULT_DATA = Path(os.environ.get("READINGROOM_DATA", "data"))
