"""The text that the search box looks through, and how a word is looked for in it.

`words` of a study row is one line of folded words between single spaces, with a space at either end. Each
ideograph, kana and hangul syllable stands between spaces of its own, so that three characters, which is what
the full-text index knows, hold every word in every script.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from readingroom.model import fold

_ALONE = re.compile("([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3\U00020000-\U0003ffff])")
_DAY = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_LISTED = (
    "name_alphabetic", "name_ideographic", "name_phonetic", "referring", "patient_id", "accession_number",
    "study_id", "description", "birth_date", "modalities", "body_parts",
)  # fmt: skip
_LONGEST = 64


def study_words(row: Mapping[str, Any]) -> str:
    """`words` of a study, from its other columns."""
    return searchable(" ".join(str(row[name]) for name in _LISTED))


def searchable(text: str) -> str:
    """Folded words between single spaces."""
    spaced = _ALONE.sub(r" \1 ", fold(text).translate(_SPACES))
    return f" {' '.join(spaced.split())} "


def needle(word: str) -> str:
    """What `words` holds when the word occurs: anywhere, or at the start of a word when it is short.

    Two letters anywhere would be in nearly every study; 'CT' is meant as a word. Days may be written with
    hyphens. A word of nothing but blanks is in every study.
    """
    if _DAY.fullmatch(word):
        word = word.replace("-", "")
    inner = searchable(word[:_LONGEST]).strip()
    if len(inner) < 3 and not _ALONE.match(inner):
        return f" {inner}" if inner else " "
    return _edged(inner)


def literals(pattern: str) -> list[str]:
    """What `words` holds when a folded column of the row meets a pattern with * and ?."""
    pieces = (searchable(piece).strip() for piece in re.split(r"[*?]", pattern))
    return [_edged(piece) for piece in pieces if piece]


def trigrams(needles: Iterable[str]) -> list[str]:
    """The entries of the full-text index that a row with all the needles has."""
    cut = (needle[at : at + 3] for needle in needles for at in range(len(needle) - 2))
    return list(dict.fromkeys(cut))


def _edged(inner: str) -> str:
    """With the spaces that belong to ideographs at its ends."""
    before = " " if _ALONE.match(inner) else ""
    return before + inner + (" " if _ALONE.match(inner[-1]) else "")


_SPACES = str.maketrans({"^": " ", "=": " ", "\\": " ", "\0": " "})
