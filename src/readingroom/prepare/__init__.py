"""What is made from stored objects so that it need not be made while somebody waits.

Series metadata as ready bytes, thumbnails, the view tier (HTJ2K renditions of frames), pictures on demand,
volumes in memory, and MP4 video kept while there is room. Everything here can be thrown away and made
again; it never changes an object and never decides who may see it.
"""

from .doses import highest_value
from .frames import FrameReader
from .metadata import Metadata, Ready
from .pictures import Form, PictureKey, Pictures, Written, picture_key
from .preparer import ROOT, Preparer
from .sources import series_images
from .video import Videos, remove_videos
from .view_orders import ORDERED_BY, ViewOrders
from .view_tier import VALID_AS, ViewTier
from .volumes import KeptVolume, Volumes

__all__ = [
    "ORDERED_BY",
    "ROOT",
    "VALID_AS",
    "Form",
    "FrameReader",
    "KeptVolume",
    "Metadata",
    "PictureKey",
    "Pictures",
    "Preparer",
    "Ready",
    "Videos",
    "ViewOrders",
    "ViewTier",
    "Volumes",
    "Written",
    "highest_value",
    "picture_key",
    "remove_videos",
    "series_images",
]
