"""Which AE titles may associate with us, and what for."""

from __future__ import annotations

import threading
import time

from readingroom.errors import NotFound
from readingroom.index import Database, keeping
from readingroom.model import Node, Right

_READ_EVERY = 1.0


class NetworkPolicy:
    """The known nodes of one index, read again when they are older than a second.

    accept_any: unknown calling AE titles get every right too (contract/spec README X-1).
    """

    def __init__(self, database: Database, accept_any: bool) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._nodes: dict[str, Node] = {}
        self._read_at = float("-inf")
        self.accept_any = accept_any

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
