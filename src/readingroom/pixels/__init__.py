"""Frames: decoded, encoded and transcoded, one plug (file) per codec.

Takes the bytes of one frame and a `PixelDescription`, gives stored values in the colour space of the
codestream, and the way back. Never reads a Data Set from bytes, finds frames in a file, applies a window
or scales: those are `dataset` and `render`. Codecs are C; every codestream's own header is checked against
the description before a codec sees it. imagecodecs and zlib release the GIL; where something holds it, its
docstring says so.
"""

from .cells import Array
from .codecs import QUALITY, encode_frame, transcode_frame
from .codestream_form import CodestreamForm, read_codestream_form
from .colour import to_rgb
from .conversion import can_transcode, description_after, keeps_codestream, obstacle, was_lossy
from .decoders import DECODABLE, decode_frame
from .description import MAX_FRAME_BYTES, PixelDescription
from .frame import Frame
from .palette import Palette
from .resolutions import (
    END_OF_CODESTREAM,
    decode_smaller,
    has_resolutions,
    resolution_ends,
    smaller,
    spare_resolutions,
)
from .syntaxes import VIDEO_FORMS, compression_method
from .tables import table_bytes, table_descriptor, table_entries
from .video import Mp4, decode_video_frame, pictures_as_mp4, video_as_mp4
from .writers import ENCODABLE, WRITTEN_WITH_LOSS

__all__ = [
    "DECODABLE",
    "ENCODABLE",
    "END_OF_CODESTREAM",
    "MAX_FRAME_BYTES",
    "QUALITY",
    "VIDEO_FORMS",
    "WRITTEN_WITH_LOSS",
    "Array",
    "CodestreamForm",
    "Frame",
    "Mp4",
    "Palette",
    "PixelDescription",
    "can_transcode",
    "compression_method",
    "decode_frame",
    "decode_smaller",
    "decode_video_frame",
    "description_after",
    "encode_frame",
    "has_resolutions",
    "keeps_codestream",
    "obstacle",
    "pictures_as_mp4",
    "read_codestream_form",
    "resolution_ends",
    "smaller",
    "spare_resolutions",
    "table_bytes",
    "table_descriptor",
    "table_entries",
    "to_rgb",
    "transcode_frame",
    "video_as_mp4",
    "was_lossy",
]
