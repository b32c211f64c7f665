"""The workshop: objects made from objects, born valid.

Here a stored object's frames are taken out, the object is written in another transfer syntax or without
the identity of its patient, and the character set of a new one is chosen. It never reads an archive and
never sends; it is given bytes and gives bytes.
"""

from .character_set import chosen_character_set
from .deidentifying import Deidentified, deidentified, why_not_deidentified
from .frames import Layout, OpenFrames, open_frames, read_layout
from .hanging_protocol import Maker, hanging_attributes, hanging_object
from .hanging_reading import Imported, read_hanging
from .image_pixel import of_whole_cells
from .transcoding import Rewritten, transcoded
from .whole import read_attributes

__all__ = [
    "Deidentified",
    "Imported",
    "Layout",
    "Maker",
    "OpenFrames",
    "Rewritten",
    "chosen_character_set",
    "deidentified",
    "hanging_attributes",
    "hanging_object",
    "of_whole_cells",
    "open_frames",
    "read_attributes",
    "read_hanging",
    "read_layout",
    "transcoded",
    "why_not_deidentified",
]
