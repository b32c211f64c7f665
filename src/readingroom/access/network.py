"""Which AE titles may associate with us, from where, and what for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from enum import Enum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from readingroom.errors import NotFound
from readingroom.index import Database, keeping
from readingroom.model import Node, Right

_READ_EVERY = 1.0


class Denial(Enum):
    """Why a calling AE title is not let in; the value ends the sentence "rejected ...: "."""

    ADDRESS = "dicom.allowed_addresses does not hold that address"
    CALLING = "no node has that calling AE title; add it with `readingroom node add`"
    ADDRESS_OF_NODE = "the node of that calling AE title may not call from that address"


class NetworkPolicy:
    """The known nodes of one index, read again when they are older than a second.

    accept_any: unknown calling AE titles get every right too (contract/spec README X-1).
    allowed_addresses: IPv4 and IPv6 addresses and networks that anybody may call from, empty for all.
    """

    def __init__(self, database: Database, accept_any: bool, allowed_addresses: Iterable[str] = ()) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._nodes: dict[str, Node] = {}
        self._read_at = float("-inf")
        self._allowed = _networks(allowed_addresses)
        self.accept_any = accept_any

    def denial(self, ae_title: str, address: str) -> Denial | None:
        """Why that calling AE title may not associate from that address; None when it may."""
        if not _holds(self._allowed, address):
            return Denial.ADDRESS
        node = self._known().get(ae_title.strip())
        if node is None:
            return None if self.accept_any else Denial.CALLING
        if not node.rights:
            return Denial.CALLING
        return None if _holds(_networks(node.allowed_addresses), address) else Denial.ADDRESS_OF_NODE

    def rights(self, ae_title: str) -> frozenset[Right]:
        """What that calling AE title may do; nothing when it is unknown."""
        node = self._known().get(ae_title.strip())
        if node is not None:
            return node.rights
        return frozenset(Right) if self.accept_any else frozenset()

    def is_unknown(self, ae_title: str) -> bool:
        """Whether no node has that AE title."""
        return ae_title.strip() not in self._known()

    def destination(self, ae_title: str) -> Node:
        """Where a C-MOVE destination is. Raises NotFound."""
        node = self._known().get(ae_title.strip())
        if node is None:
            raise NotFound(f"{ae_title.strip()} is not a known node; add it with `readingroom node add`.")
        return node

    def _known(self) -> dict[str, Node]:
        with self._lock:
            if time.monotonic() - self._read_at > _READ_EVERY:
                with self._database.reading() as connection:
                    self._nodes = {node.ae_title: node for node in keeping.nodes(connection)}
                self._read_at = time.monotonic()
            return self._nodes


def _networks(texts: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    return [ip_network(text, strict=False) for text in texts]


def _holds(networks: list[IPv4Network | IPv6Network], address: str) -> bool:
    """Whether an address lies in one of the networks, or there are none; a local socket lies in none."""
    if not networks:
        return True
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in networks)
