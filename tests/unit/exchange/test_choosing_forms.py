"""Which accepted presentation context an object goes out on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from readingroom.errors import Unsupported
from readingroom.exchange.sending import _choose
from readingroom.model import InstanceRef, StoredInstance

CT = "1.2.840.10008.5.1.4.1.1.2"
LITTLE, RLE = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5"
BASELINE, PROCESS_14, SV1, JPEG_LS, NEAR, VIDEO = (
    f"1.2.840.10008.1.2.4.{number}" for number in (50, 57, 70, 80, 81, 102)
)


def chosen(stored_as: str, accepted: list[str]) -> str:
    contexts = {
        number: SimpleNamespace(abstract_syntax=CT, transfer_syntax=uid, requestor_is_scu=True)
        for number, uid in enumerate(accepted)
    }
    assoc: Any = SimpleNamespace(contexts=contexts, is_requestor=True, peer="PEER")
    ref = InstanceRef("2.25.1", "2.25.2", "2.25.3")
    return _choose(assoc, StoredInstance(ref, CT, stored_as, "", 0, 0, 0, 1, "")).transfer_syntax


@pytest.mark.parametrize(
    ("stored_as", "accepted", "wanted"),
    [
        (SV1, [LITTLE, SV1], SV1),
        (SV1, [LITTLE, PROCESS_14], PROCESS_14),
        (SV1, [RLE, LITTLE], LITTLE),
        (SV1, [BASELINE, RLE], RLE),
        (LITTLE, [JPEG_LS], JPEG_LS),
        (JPEG_LS, [NEAR], NEAR),
    ],
)
def test_the_least_change_without_loss(stored_as: str, accepted: list[str], wanted: str) -> None:
    assert chosen(stored_as, accepted) == wanted


@pytest.mark.parametrize(("stored_as", "accepted"), [(LITTLE, [NEAR]), (LITTLE, [VIDEO]), (VIDEO, [RLE])])
def test_never_with_loss(stored_as: str, accepted: list[str]) -> None:
    with pytest.raises(Unsupported):
        chosen(stored_as, accepted)
