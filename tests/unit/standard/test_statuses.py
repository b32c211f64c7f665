"""Statuses in words. Codes and meanings: PS3.7 annex C, PS3.4 tables B.2-1, C.4-1 to C.4-3."""

from __future__ import annotations

import pytest
from pynetdicom.status import (
    GENERAL_STATUS,
    QR_FIND_SERVICE_CLASS_STATUS,
    QR_GET_SERVICE_CLASS_STATUS,
    QR_MOVE_SERVICE_CLASS_STATUS,
    STORAGE_SERVICE_CLASS_STATUS,
)

from readingroom.standard.statuses import is_done, is_transient, is_warning, status_words

TABLES = {
    "C-STORE": STORAGE_SERVICE_CLASS_STATUS,
    "C-FIND": QR_FIND_SERVICE_CLASS_STATUS,
    "C-MOVE": QR_MOVE_SERVICE_CLASS_STATUS,
    "C-GET": QR_GET_SERVICE_CLASS_STATUS,
}


@pytest.mark.parametrize("operation", TABLES)
def test_categories_are_those_of_pynetdicom(operation: str) -> None:
    for code, (category, _) in TABLES[operation].items():
        assert is_warning(code) == (category == "Warning"), f"{code:04X}"
        assert is_done(code) == (category in ("Warning", "Success")), f"{code:04X}"
        if category != "Pending" and code not in range(0xAA00, 0xAA05):  # frame selection is not asked for
            assert "of the peer's own" not in status_words(operation, code), f"{code:04X}"
    for code in GENERAL_STATUS:
        assert "of the peer's own" not in status_words(operation, code), f"{code:04X}"


@pytest.mark.parametrize(
    ("operation", "code", "words"),
    [
        ("C-STORE", 0xA712, "refused: out of resources (A712H)"),
        ("C-STORE", 0xC777, "cannot understand (C777H)"),
        ("C-FIND", 0xC777, "unable to process (C777H)"),
        ("C-MOVE", 0xA801, "refused: move destination unknown (A801H)"),
        ("C-MOVE", 0xB123, "a warning of the peer's own (B123H)"),
        ("C-MOVE", 0x4321, "a failure of the peer's own (4321H)"),
        ("N-GET", 0x0112, "no such SOP instance (0112H)"),
    ],
)
def test_words(operation: str, code: int, words: str) -> None:
    assert status_words(operation, code) == words


def test_what_may_pass() -> None:
    assert [code for code in range(0x10000) if is_transient(code)] == [0x0213, *range(0xA700, 0xA800)]
