"""Which character set an object that we make is written in.

contract/spec/created_objects, row (0008,0005): the set that the configuration demands, else that of the
object it is made from, else the configured one. Where that set lacks a character of the object it is
Unicode, so that no name is ever written wrongly (PS3.3 C.12.1.1.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from readingroom.dataset import character_set, fitting_character_set

_UNICODE = ("ISO_IR 192",)


def chosen_character_set(
    source: Sequence[str],
    configured: Sequence[str] = (),
    *,
    configured_first: bool = False,
    texts: Iterable[str] = (),
) -> tuple[str, ...]:
    """The values of Specific Character Set (0008,0005), as the standard spells them; () for the default.

    source: the values in the object that the new one is made from. configured: the set for created
    objects. configured_first: it goes before that of the source. texts: every text of the new object.
    """
    candidates = (configured, source) if configured_first else (source, configured)
    wanted = next((tuple(terms) for terms in candidates if any(map(str.strip, terms))), ())
    charset = character_set(wanted)
    if charset.is_unknown:
        return _UNICODE
    unusual = [text for text in texts if not text.isascii()]
    return fitting_character_set(unusual, [wanted]).terms if unusual else charset.terms
