"""Progress of a C-GET whose node gives no pending responses (PS3.4 C.4.3.3.1: they are optional)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from readingroom.association import CommandField
from readingroom.dataset import write_dataset
from readingroom.exchange import Counters, Fetched, FolderKeeper, Ourselves, fetch
from readingroom.model import Attribute, Node, Selection
from tests.kit.associations import EXPLICIT, STUDY_FIND, STUDY_GET, Answering, StoreService, serving
from tests.kit.tiny import SECONDARY_CAPTURE, tiny_series

ROOT = "1.2.826.0.1.3680043.10.1618"


def test_each_arrival_is_told_once(tmp_path: Path) -> None:
    parts = list(tiny_series(ROOT, 4))

    def find(assoc: Any, context: Any, command: Any, data: bytes) -> None:
        study = {
            0x0020000D: Attribute("UI", (f"{ROOT}.0.1",)),
            0x00080062: Attribute("UI", (SECONDARY_CAPTURE,)),
        }
        assoc.respond(context, command, 0xFF00, write_dataset(study, context.transfer_syntax))
        assoc.respond(context, command, 0)

    def get(assoc: Any, context: Any, command: Any, data: bytes) -> None:
        storing = assoc.context_for(SECONDARY_CAPTURE, EXPLICIT)
        for part in parts:
            assert assoc.store(storing, part.sop_class_uid, part.sop_instance_uid, part.dataset).status == 0
        assoc.respond(context, command, 0, number_of_completed_suboperations=4)

    services = {
        STUDY_FIND: Answering({CommandField.C_FIND_RQ}, find),
        STUDY_GET: Answering({CommandField.C_GET_RQ}, get),
        SECONDARY_CAPTURE: StoreService(),
    }
    told: list[Counters] = []
    with serving(services, scp_roles=[SECONDARY_CAPTURE]) as served:
        node = Node("x", "ROOM", "127.0.0.1", served.port)
        selection = Selection(study_instance_uids=(f"{ROOT}.0.1",))
        fetched = fetch(Ourselves("CALLER"), node, FolderKeeper(tmp_path), selection, report=told.append)
    assert fetched == Fetched(arrived=4)
    assert [one.completed for one in told] == [1, 2, 3, 4]
    for part in parts:
        assert (tmp_path / f"{part.sop_instance_uid}.dcm").read_bytes().endswith(part.dataset)
