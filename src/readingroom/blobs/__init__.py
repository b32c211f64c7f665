"""All stored bytes: a port of five methods, and which blobs the index may not know yet.

A blob is written once and never changed. This room knows nothing of DICOM, of rows or of who asks.
`LocalBlobs` keeps files on a local disk, `MemoryBlobs` is its twin for tests; both pass the same suite.
"""

from .local import LocalBlobs
from .memory import MemoryBlobs
from .port import BlobStore, BlobWriter

__all__ = ["BlobStore", "BlobWriter", "LocalBlobs", "MemoryBlobs"]
