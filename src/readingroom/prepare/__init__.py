"""What is made from stored objects so that it need not be made while somebody waits.

Series metadata as ready bytes, thumbnails, and pictures on demand. Everything here can be thrown away and
made again; it never changes an object and never decides who may see it.
"""

from .frames import FrameReader
from .metadata import Metadata, Ready
from .pictures import Form, Pictures
from .preparer import ROOT, Preparer

__all__ = ["ROOT", "Form", "FrameReader", "Metadata", "Pictures", "Preparer", "Ready"]
