"""Does a Data Set hold what its SOP class says? PS3.4 B.2.3 knows two answers besides yes.

"Error: Data Set does not match SOP Class" when it holds the content of another class and nothing of its own:
it contradicts its class. "Warning: Data Set does not match SOP Class" when something of the Mandatory
Modules is missing, were it all of them, as in the headers without pixels that archives send as
placeholders: such an object is kept. Only what was looked at is judged, see `standard.contents`.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.datadict import keyword_for_tag

from readingroom.dataset import Head
from readingroom.errors import Conflict
from readingroom.model import Tag
from readingroom.standard.contents import PIXELS, content_of, others_than


@dataclass(frozen=True, slots=True)
class Mismatch:
    """In what a kept object does not match its SOP class: a sentence, and the tags that are missing."""

    sentence: str
    tags: tuple[Tag, ...]


def find_mismatch(sop_class_uid: str, head: Head) -> Mismatch | None:
    """What of the content of its SOP class an object lacks; None when nothing is known to be missing.

    head: of the whole object, with `standard.contents.content_tags` noted or wanted. Raises Conflict when
    the object contradicts its SOP class.
    """
    content = content_of(sop_class_uid)
    if content is None:
        return None
    section = f"PS3.3 {content.sections[0]}"
    if not _has_one(head, content.core):
        other = next((one for one in others_than(content) if _has_one(head, one.core - content.tags)), None)
        if other is not None:
            raise Conflict(f"No {content.name} but {other.name} ({section}).", tag=min(content.core))
    missing = tuple(group[0] for group in content.needed if not _has_one(head, group))
    if not _has_one(head, content.core) and not missing:
        missing = (min(content.core),)
    if not missing:
        return None
    words = ", ".join(keyword_for_tag(tag) for tag in missing)
    return Mismatch(f"Kept without {words} ({section}).", missing)


def _has_one(head: Head, tags: tuple[Tag, ...] | frozenset[Tag]) -> bool:
    return any(_is_there(head, tag) for tag in tags)


def _is_there(head: Head, tag: Tag) -> bool:
    if tag in head.noted:
        return True
    if tag in PIXELS and head.pixel is not None:
        return head.pixel.tag == tag and head.pixel.length != 0
    found = head.elements.get(tag)
    return found is not None and found[1] != b""
