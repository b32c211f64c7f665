"""Objects in and out of the archive, whoever brings or asks: ingest, retrieve, delete, adopt, verify.

An object is acknowledged when its bytes are synced to disk; from then on it is certain to be in the index,
now or, after a crash, when its slot is next claimed. Nothing is ever overwritten. The archive calls nobody
upstairs: routing and preparation follow the change feed.
"""

from .adopt import adopt, adopt_abandoned_slots, rebuild
from .conformity import Mismatch
from .indexer import Arrival, Indexer
from .ingest import Archive, Receiving, describe, mapped
from .lifecycle import Lifecycle
from .verify import Finding, confirm, verify

__all__ = [
    "Archive",
    "Arrival",
    "Finding",
    "Indexer",
    "Lifecycle",
    "Mismatch",
    "Receiving",
    "adopt",
    "adopt_abandoned_slots",
    "confirm",
    "describe",
    "mapped",
    "rebuild",
    "verify",
]
