"""The workshop: objects made from objects, born valid.

Here a stored object's frames are taken out, and the object is written in another transfer syntax. It never
reads an archive and never sends; it is given bytes and gives bytes.
"""

from .frames import Layout, OpenFrames, open_frames, read_layout
from .transcoding import Rewritten, transcoded

__all__ = ["Layout", "OpenFrames", "Rewritten", "open_frames", "read_layout", "transcoded"]
