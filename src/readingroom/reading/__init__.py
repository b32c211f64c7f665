"""What a reader makes and keeps: hanging protocols, and the sessions that are gone on with later.

For: who owns what, limits, forms in JSON and as Hanging Protocol objects. Never draws, never decides what
hangs: the viewer matches hangings with studies (`viewer/domain`). Sessions are the viewer's own words; here
they are bounded, kept and forgotten by age.
"""

from .hanging_form import hanging_from_json, hanging_to_json
from .hangings import HangingBook, KeptHanging, Taken
from .sessions import SessionBook

__all__ = [
    "HangingBook",
    "KeptHanging",
    "SessionBook",
    "Taken",
    "hanging_from_json",
    "hanging_to_json",
]
