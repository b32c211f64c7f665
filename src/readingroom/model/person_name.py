"""Person names (PS3.5 6.2, VR PN) and the folding by which text is compared."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# Letters that NFKD leaves whole although people search for them by their plain form.
_UNDECOMPOSED = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i",
        "ĸ": "k", "ŋ": "n", "ŧ": "t", "ſ": "s",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PersonName:
    """The three component groups of a name; components inside a group stay joined by ^."""

    alphabetic: str = ""
    ideographic: str = ""
    phonetic: str = ""

    @classmethod
    def parse(cls, text: str) -> PersonName:
        """Split "Alphabetic=Ideographic=Phonetic"; missing groups are empty."""
        groups = [*text.split("="), "", ""][:3]
        return cls(*(group.rstrip("^ ").strip() for group in groups))


def fold(text: str) -> str:
    """Case- and accent-insensitive form of `text`: casefold, NFKD without combining marks."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_UNDECOMPOSED))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def normalise_name(text: str) -> str:
    """One component group as it is indexed and compared: folded, components separated by single spaces.

    Wildcards (* and ?) pass through, so the same function serves the stored name and the key.
    """
    return " ".join(fold(text).replace("^", " ").split())
