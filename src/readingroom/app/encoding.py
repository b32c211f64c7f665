"""Settings on their way from the supervisor to its children."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .settings import SECTIONS, Settings


def settings_to_json(settings: Settings) -> str:
    """Everything a child needs; the administrator's first password stays behind."""
    plain: dict[str, Any] = asdict(settings) | {"data": str(settings.data)}
    plain["access"] = plain["access"] | {"admin_password": ""}
    return json.dumps(plain)


def settings_from_json(text: str) -> Settings:
    """The inverse of `settings_to_json`."""
    plain = json.loads(text)
    sections = {
        name: cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in plain[name].items()})
        for name, cls in SECTIONS.items()
    }
    return Settings(Path(plain["data"]), **sections)
