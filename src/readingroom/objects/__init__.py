"""The workshop: objects made from objects, born valid.

Here a stored object is written in another transfer syntax. It never reads an archive and never sends; it is
given bytes and gives bytes.
"""

from .transcoding import transcoded

__all__ = ["transcoded"]
