"""What is made from stored objects so that it need not be made while somebody waits.

Series metadata as ready bytes, thumbnails, and pictures and MP4 video on demand. Everything here can be
thrown away and made again; it never changes an object and never decides who may see it.
"""

from .doses import highest_value
from .frames import FrameReader
from .metadata import Metadata, Ready
from .pictures import Form, Pictures
from .preparer import ROOT, Preparer
from .video import write_mp4

__all__ = [
    "ROOT",
    "Form",
    "FrameReader",
    "Metadata",
    "Pictures",
    "Preparer",
    "Ready",
    "highest_value",
    "write_mp4",
]
