"""Data Sets as bytes (PS3.5, PS3.10): read fast and tolerantly, written strictly.

For: file meta information, the head of a Data Set without the rest, whole Data Sets as attributes, text
under every character set, encoding answers, changing the encoding of a stream, finding frames. Takes
anything that can be sliced: bytes, memoryview, mmap.

Never opens a file or a socket, never decodes a pixel, and never looks at what attributes mean: coercion and
IODs are upstairs. Hostile bytes raise `errors.Invalid`; time is linear in the bytes given, memory bounded.
"""

from .dictionary import private_vr, vr_of
from .encoding import (
    DEFLATED,
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    Buffer,
    Encoding,
    encoding_of,
)
from .file_meta import FileMeta, guess_transfer_syntax, read_file_meta, write_file_meta
from .frames import FRAME_TAGS, index_frames
from .head import Head, PixelElement, read_head, read_rest
from .inflate import inflated
from .read import (
    LOOKED_AT,
    BulkValue,
    DataSet,
    bulk_bytes,
    read_attributes,
    read_dataset,
    read_identifier,
)
from .text import CharacterSet, Decoded, TextKind, character_set, fitting_character_set
from .transcode import NewPixels, transcode
from .write import AnswerWriter, write_dataset

__all__ = [
    "DEFLATED",
    "EXPLICIT_BIG",
    "EXPLICIT_LITTLE",
    "FRAME_TAGS",
    "IMPLICIT_LITTLE",
    "LOOKED_AT",
    "AnswerWriter",
    "Buffer",
    "BulkValue",
    "CharacterSet",
    "DataSet",
    "Decoded",
    "Encoding",
    "FileMeta",
    "Head",
    "NewPixels",
    "PixelElement",
    "TextKind",
    "bulk_bytes",
    "character_set",
    "encoding_of",
    "fitting_character_set",
    "guess_transfer_syntax",
    "index_frames",
    "inflated",
    "private_vr",
    "read_attributes",
    "read_dataset",
    "read_file_meta",
    "read_head",
    "read_identifier",
    "read_rest",
    "transcode",
    "vr_of",
    "write_dataset",
    "write_file_meta",
]
