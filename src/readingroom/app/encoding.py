"""Settings on their way from the supervisor to its children."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .settings import SECTIONS, ListenerSettings, Settings


def settings_to_json(settings: Settings) -> str:
    """Everything a child needs; the administrator's first password stays behind."""
    plain: dict[str, Any] = asdict(settings) | {"data": str(settings.data)}
    plain["access"] = plain["access"] | {"admin_password": ""}
    return json.dumps(plain)


def settings_from_json(text: str) -> Settings:
    """The inverse of `settings_to_json`."""
    plain = json.loads(text)
    sections = {
        name: cls(**{key: _value(value) for key, value in plain[name].items()})
        for name, cls in SECTIONS.items()
    }
    return Settings(Path(plain["data"]), **sections)


def _value(plain: Any) -> Any:
    if isinstance(plain, list):
        return tuple(map(_value, plain))
    if isinstance(plain, dict):  # the only settings that are tables inside a section
        return ListenerSettings(**{key: _value(value) for key, value in plain.items()})
    return plain
