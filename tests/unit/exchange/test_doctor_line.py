"""Which address of ours a node is told, and when it cannot call us at all."""

from __future__ import annotations

import socket

import pytest

from readingroom.exchange import Listening, Ourselves, Outcome
from readingroom.exchange.doctor_line import Line
from readingroom.exchange.doctor_move import check_move
from readingroom.model import Node
from readingroom.standard.sop_classes import STUDY_ROOT_MOVE


def line(listening: Listening | None, seen_as: str) -> Line:
    return Line(
        us=Ourselves("READINGROOM"),
        node=Node("pacs", "PACS", "10.0.0.7", 104),
        listening=listening,
        patience=1.0,
        trace=None,
        is_cancelled=lambda: False,
        our_address=seen_as,
        offered=frozenset({STUDY_ROOT_MOVE}),
    )


@pytest.mark.parametrize(
    ("listening", "seen_as", "told"),
    [
        (Listening("0.0.0.0", 11112), "10.0.0.5", "add READINGROOM, 10.0.0.5, 11112 to"),
        (Listening("::", 11112), "fd00::5", "add READINGROOM, fd00::5, 11112 to"),
        (Listening("10.0.0.6", 104), "10.0.0.5", "add READINGROOM, 10.0.0.6, 104 to"),
        (Listening("127.0.0.1", 11112), "127.0.0.1", "add READINGROOM, 127.0.0.1, 11112 to"),
        (Listening("127.0.0.1", 11112), "10.0.0.5", "add READINGROOM, 10.0.0.5, 11112 to"),
        (Listening("localhost", 11112), "10.0.0.5", "add READINGROOM, 10.0.0.5, 11112 to"),
        (None, "10.0.0.5", "add READINGROOM, 10.0.0.5 and the port of our DICOM listener to"),
    ],
)
def test_the_address_that_a_node_has_to_know(listening: Listening | None, seen_as: str, told: str) -> None:
    assert line(listening, seen_as).parties.add_us == f"{told} its list of known nodes"


@pytest.mark.parametrize(("seen_as", "told"), [("10.0.0.5", "10.0.0.5"), ("fd00::5", "[fd00::5]")])
def test_a_server_of_this_machine_only_cannot_be_moved_to(seen_as: str, told: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours:
        port = ours.getsockname()[1]
        found = check_move(line(Listening("127.0.0.1", port), seen_as), "")
    assert found.outcome is Outcome.WARNING
    assert found.remedy == f"Set dicom.address to {told}:{port}, where it sees us."
