"""pynetdicom as the peer of our server."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pydicom
from pydicom import Dataset
from pynetdicom import AE

from .ports import HOST


@contextmanager
def associated(
    port: int, contexts: Iterable[tuple[str, Sequence[str]]], *, calling: str = "PYNETDICOM", **more: Any
) -> Iterator[Any]:
    """An association with these abstract and transfer syntaxes, from here to the end of the block.

    more: for `AE.associate`.
    """
    ae = AE(calling)
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 120
    for uid, syntaxes in contexts:
        ae.add_requested_context(uid, list(syntaxes))
    assoc = ae.associate(HOST, port, ae_title="READINGROOM", **more)
    assert assoc.is_established
    try:
        yield assoc
        assert assoc.is_established, "the association did not last"
    finally:
        if assoc.is_established:
            assoc.release()


def answer_of(ae: AE, port: int, ae_title: str, **more: Any) -> Any:
    """The association that pynetdicom asks for, established or rejected.

    pynetdicom 3.0.4 looks whether it is connected only after its other thread may have had the rejection and
    closed: it then tells of an abort that nobody sent. It is asked again.
    """
    for _ in range(20):
        assoc = ae.associate(HOST, port, ae_title=ae_title, **more)
        if assoc.is_established or assoc.is_rejected or assoc.acceptor.primitive is not None:
            break
    return assoc


def keep_answers() -> None:
    """Every association that pynetdicom asks for leaves messages to those who wait for one.

    pynetdicom 3.0.4: the thread that looks for requests, without blocking, may take an answer away before
    it notices that it is paused, which happens on a busy machine. Requests come only to those with handlers.
    """
    associate = AE.associate

    def patiently(self: AE, *args: Any, **more: Any) -> Any:
        assoc: Any = associate(self, *args, **more)
        if not more.get("evt_handlers"):
            get_msg = assoc.dimse.get_msg
            assoc.dimse.get_msg = lambda block=False: get_msg(block=True) if block else (None, None)
        return assoc

    setattr(AE, "associate", patiently)  # noqa: B010


def read(path: Path) -> Dataset:
    """A file as pydicom reads it, whatever it is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(path, force=True)


def store(assoc: Any, ds: Dataset) -> Dataset:
    """The C-STORE response to a Data Set: a command set."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the object breaks, which is why it is sent
        return assoc.send_c_store(ds)


def context_of(ds: Dataset) -> tuple[str, list[str]]:
    """The presentation context that an object needs."""
    return str(ds.SOPClassUID), [str(ds.file_meta.TransferSyntaxUID)]


def find(assoc: Any, model: str, **keys: Any) -> tuple[list[Dataset], list[int]]:
    """The matches of a C-FIND and the statuses of all its responses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # keys with wildcards and ranges are no values of their VR
        ds = Dataset()
        for keyword, value in keys.items():
            setattr(ds, keyword, value)
        answers = list(assoc.send_c_find(ds, model))
    return [one for _, one in answers if one is not None], [status.Status for status, _ in answers]
