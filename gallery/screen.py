"""What a screen of the gallery is."""

from __future__ import annotations

from dataclasses import dataclass

from .ways import Prepare

SIZES = {"1440": (1440, 900), "1024": (1024, 768), "phone": (390, 844)}
ALL = tuple(SIZES)


@dataclass(frozen=True)
class Screen:
    """`name` is its file's; `prepare` brings a page there."""

    name: str
    chapter: str
    title: str
    prepare: Prepare
    sizes: tuple[str, ...] = ("1440", "1024")
    logged_in: bool = True
    language: str = "en-GB"
