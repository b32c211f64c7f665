"""Every row of the requirement matrix that is ours to serve by now has a test that carries its name."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
MATRIX = TESTS.parent / "contract" / "spec" / "matrix.md"
ROW = re.compile(
    r"^\| ((?:DIMSE-(?:ECHO|ASSOC|TLS|STORE|FIND|MOVE|GET|QR-MODE|COMMIT|IAN)"
    r"|CHARSET|CONFIG-01|LOG|NET|WEB-(?:WADO-RS|QIDO|STOW|URI)|VIEW-DISP|VIEW-SESSION)[A-Z0-9-]*) \|",
    re.MULTILINE,
)
NOT_OURS = {
    "DIMSE-STORE-SCP-04": "a receiver without an archive hands objects to a session; ours keeps them for all",
    "DIMSE-STORE-SCP-05": "a listener that opens only for its own C-MOVE; ours always listens",
}
"""Rows of products that keep nothing; dimse_behaviour.md section 4 asks the opposite of us."""
CLIENTS = {f"WEB-WADO-RS-{n}" for n in (10, 11, 12)}
CLIENTS |= {"WEB-QIDO-06", "WEB-QIDO-07", "WEB-STOW-02", "WEB-STOW-03", "WEB-URI-10", "WEB-URI-11"}
"""Rows of a program that asks others by the web, which ours does not do yet."""


def rows() -> set[str]:
    return set(ROW.findall(MATRIX.read_text(encoding="utf-8")))


def marked() -> set[str]:
    """Names in `row` marks of all tests."""
    found: set[str] = set()
    for path in TESTS.rglob("test_*.py"):
        for words in re.findall(r"mark\.row\(([^)]*)\)", path.read_text(encoding="utf-8")):
            found |= set(re.findall(r'"([A-Z0-9-]+)"', words))
    return found


def test_every_row_has_a_test() -> None:
    assert len(rows()) >= 120
    assert rows() - marked() == set(NOT_OURS) | CLIENTS


def test_every_mark_names_a_row() -> None:
    known = set(
        re.findall(r"^\| ([A-Z0-9]+(?:-[A-Z0-9]+)+) \|", MATRIX.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert marked() <= known
