"""Every setting is documented, and the documentation names no setting that is not there."""

from __future__ import annotations

import re

from readingroom.app import settings
from tests.kit.shared_data import REPOSITORY

DOCUMENT = REPOSITORY / "docs" / "settings.md"


def rows(text: str) -> list[str]:
    """The rows of all tables of a Markdown text."""
    return [line for line in text.splitlines() if re.match(r"\| `\w+\.\w+` \|", line)]


def test_the_table_of_settings_is_the_one_in_force() -> None:
    assert rows(DOCUMENT.read_text(encoding="utf-8")) == rows(settings.table())


def test_the_guard_goes_red() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert rows(text.replace("| `dicom.ae_title` |", "| `dicom.title` |")) != rows(settings.table())
    assert len(rows(text)) == len(rows(settings.table())) > 20
