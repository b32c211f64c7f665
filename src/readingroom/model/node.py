"""A remote node: another archive, a modality, a workstation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Right(Enum):
    """What a known calling AE title may ask of us."""

    STORE = "store"
    QUERY = "query"
    RETRIEVE = "retrieve"
    COMMIT = "commit"


class RetrieveBy(Enum):
    """The DIMSE service by which we fetch from a node."""

    GET = "get"
    """C-GET: the objects come back on our own association; the node need not know us."""
    MOVE = "move"
    """C-MOVE: the node calls us; it must know our AE title, host and port, and our server must run."""


class OnStoreFailure(Enum):
    """What sending does after an object that the node did not take."""

    CONTINUE = "continue"
    ABORT = "abort"


@dataclass(frozen=True, slots=True)
class Node:
    """A known DICOM application: our name for it, how to reach it, and how to treat it.

    ae_title: 1 to 16 characters, PS3.5 table 6.2-1 (AE). The rest is for our requests to it:
    retrieve_by: how to fetch. on_store_failure: whether sending goes on. one_association_per_object: for
    nodes that lose objects otherwise. most_associations: transfers (sending, fetching) at once in all our
    processes, 0 for no limit; echo and queries are not counted. blacklisted_sop_classes: never fetched.
    query_charset: values of Specific Character Set (0008,0005) for queries, empty for the smallest that
    holds the keys. wildcards: keywords of the keys whose values are asked as *value*. timeout: seconds to
    wait for the connection and for each response, 0 for ever. tls: call it with TLS (PS3.15 B.12).

    allowed_addresses is for its requests to us: IPv4 and IPv6 addresses and networks from which it may
    call, empty for all.
    """

    name: str
    ae_title: str
    host: str
    port: int
    rights: frozenset[Right] = frozenset(Right)
    retrieve_by: RetrieveBy = RetrieveBy.GET
    on_store_failure: OnStoreFailure = OnStoreFailure.CONTINUE
    one_association_per_object: bool = False
    most_associations: int = 1
    blacklisted_sop_classes: frozenset[str] = frozenset()
    query_charset: tuple[str, ...] = ()
    wildcards: frozenset[str] = frozenset()
    timeout: float = 40.0
    tls: bool = False
    allowed_addresses: tuple[str, ...] = ()
