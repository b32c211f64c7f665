"""Calling a node: as whom, how long to wait, and how many transfers at once."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from readingroom.association import Hooks, Requestor, Response, Timeouts
from readingroom.errors import Conflict, Unavailable
from readingroom.model import Node
from readingroom.standard.statuses import is_transient, status_words

log = logging.getLogger("readingroom.exchange")

_ASK_EVERY = 0.1
_PATIENCE = 40.0  # for the connection and the association, where the node's responses may take for ever
_LONGEST_COMMENT = 64  # PS3.7 E.1: Error Comment is LO


class Cancelled(Conflict):
    """It was cancelled; start it again to go on with what is missing."""


class RequestFailed(Unavailable):
    """A node answered a request with a failure.

    status: as it came. comment: its Error Comment (0000,0902), "" where there was none. is_transient:
    whether the same request may succeed later.
    """

    def __init__(self, operation: str, response: Response, peer: str) -> None:
        super().__init__(
            f"{peer} answered {operation} with {outcome_words(operation, response)}",
            peer=peer,
            status=response.status,
        )
        self.status = response.status
        self.comment = comment_of(response)
        self.is_transient = is_transient(response.status)


def comment_of(response: Response) -> str:
    """The Error Comment, fit to be shown."""
    comment = (response.command.error_comment or "").strip()
    return "".join(letter for letter in comment if letter.isprintable())[:_LONGEST_COMMENT]


def outcome_words(operation: str, response: Response) -> str:
    """Status, Error Comment and Offending Element of a response in words."""
    words = status_words(operation, response.status)
    if comment := comment_of(response):
        words += f": {comment}"
    if tags := response.command.offending_element:
        words += " at " + " ".join(f"({tag >> 16:04X},{tag & 0xFFFF:04X})" for tag in tags[:8])
    return words


def never() -> bool:
    """Nobody cancels."""
    return False


class Lines:
    """How many transfers there are to each node at once, in every process that uses the same folder.

    One locked file for each; a lock ends with its process, however that ends.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextlib.contextmanager
    def hold(
        self, node: Node, is_cancelled: Callable[[], bool] = never, seconds: float = 0.0
    ) -> Iterator[None]:
        """Wait for one of the node's places and keep it for the block.

        seconds: the longest wait, 0 for ever. Raises Cancelled, and Unavailable when that time is over.
        """
        if not node.most_associations:
            yield
            return
        folder = self._folder / quote(f"{node.ae_title}@{node.host}:{node.port}", safe="@:")
        folder.mkdir(parents=True, exist_ok=True)
        told = False
        deadline = time.monotonic() + (seconds or float("inf"))
        while (held := self._try(folder, node.most_associations)) is None:
            if not told:
                log.info("waiting: %d transfers with %s are under way", node.most_associations, node.name)
                told = True
            if is_cancelled():
                raise Cancelled
            if time.monotonic() > deadline:
                raise Unavailable(f"No place: {node.most_associations} transfers with {node.name} go on.")
            time.sleep(_ASK_EVERY)
        try:
            yield
        finally:
            os.close(held)

    @staticmethod
    def _try(folder: Path, places: int) -> int | None:
        for number in range(places):
            file = os.open(folder / str(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                continue
            return file
        return None


@dataclass(frozen=True, slots=True)
class Ourselves:
    """Who calls: our AE title, the maximum PDU length we announce, and the places for transfers.

    associate_seconds: for the answer to our association request, 0 for ever. tls: the context for nodes that
    want TLS; asked for at each call, so that renewed certificates count at once. It may raise Invalid.
    hooks: hear of every association and request; `on_error` is that of whoever calls.
    """

    ae_title: str
    max_pdu: int = 1 << 20
    lines: Lines | None = None
    associate_seconds: float = _PATIENCE
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context
    hooks: Hooks = field(default_factory=Hooks)

    def requestor(
        self, node: Node, contexts: Sequence[tuple[str, Sequence[str]]], *, calling: str = "", **more: Any
    ) -> Requestor:
        """How to open an association with the node, the one way that all our requests take.

        calling: another of our AE titles. more: further fields of `Requestor`. Raises Invalid when the node
        wants TLS and our certificates cannot be read.
        """
        patience = node.timeout or _PATIENCE
        own = more.pop("hooks", None)
        return Requestor(
            node.host,
            node.port,
            calling=calling or self.ae_title,
            called=node.ae_title,
            contexts=contexts,
            max_pdu=self.max_pdu,
            timeouts=Timeouts(connect=patience, associate=self.associate_seconds, response=node.timeout),
            tls=self.tls() if node.tls else None,
            hooks=self.hooks if own is None else replace(self.hooks, on_error=own.on_error),
            **more,
        )

    def line(
        self, node: Node, is_cancelled: Callable[[], bool] = never, seconds: float = 0.0
    ) -> contextlib.AbstractContextManager[None]:
        """One of the places for transfers to that node; as `Lines.hold`."""
        if self.lines is None:
            return contextlib.nullcontext()
        return self.lines.hold(node, is_cancelled, seconds)
