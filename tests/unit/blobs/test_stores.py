"""Both blob stores keep what was committed and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from readingroom.blobs import BlobStore, LocalBlobs, MemoryBlobs
from readingroom.blobs.local import SHELF_SIZE
from readingroom.errors import NotFound, Unavailable


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return LocalBlobs(tmp_path, "receiver-0") if request.param == "local" else MemoryBlobs()


def put(store: BlobStore, *pieces: bytes) -> str:
    writer = store.create()
    writer.write(pieces)
    return writer.commit()


def test_what_was_committed_is_read_back(store: BlobStore) -> None:
    key = put(store, b"abc", memoryview(b"defgh"), bytearray(b"ij"))  # type: ignore[arg-type]
    with store.open(key) as file:
        assert file.read() == b"abcdefghij"
    assert store.open_range(key, 3, 4) == b"defg"
    assert store.open_range(key, 8, 100) == b"ij"
    assert list(store.walk()) == [key]


def test_what_was_written_can_be_looked_at_before_it_is_committed(store: BlobStore) -> None:
    writer = store.create()
    writer.write([b"head", b"tail"])
    assert writer.size == 8
    with writer.peek() as file:
        file.seek(4)
        assert file.read() == b"tail"
    assert list(store.walk()) == []


def test_what_was_discarded_leaves_nothing(store: BlobStore) -> None:
    writer = store.create()
    writer.write([b"abc"])
    writer.discard()
    writer.discard()
    assert list(store.walk()) == []
    with pytest.raises(NotFound):
        store.open(writer.key)


def test_removing_twice_is_no_error(store: BlobStore) -> None:
    key = put(store, b"abc")
    store.remove(key)
    store.remove(key)
    with pytest.raises(NotFound):
        store.open_range(key, 0, 1)


def test_a_long_write_in_many_pieces_is_whole(tmp_path: Path) -> None:
    pieces = [os.urandom(1000) for _ in range(900)]
    store = LocalBlobs(tmp_path, "receiver-0")
    with store.open(put(store, *pieces)) as file:
        assert file.read() == b"".join(pieces)


# The ledger: what a crash leaves behind.


def reopen(store: LocalBlobs) -> LocalBlobs:
    """The store as a new process finds it after the old one was killed."""
    os.close(store._claim)
    return LocalBlobs(store.root, store.slot)


def test_after_a_crash_only_unsettled_blobs_are_named_and_parts_are_gone(tmp_path: Path) -> None:
    store = LocalBlobs(tmp_path, "receiver-0")
    settled, unsettled = put(store, b"one"), put(store, b"two")
    store.settle([settled])
    half = store.create()
    half.write([b"half an obj"])
    after = reopen(store)
    assert set(after.unsettled()) == {settled, unsettled}  # the shelf as a whole is looked through
    assert list(after.walk()) == sorted([settled, unsettled])
    assert not list(tmp_path.rglob("*.part"))


def test_a_name_without_its_whole_content_is_thrown_away(tmp_path: Path) -> None:
    store = LocalBlobs(tmp_path, "receiver-0")
    whole, half = put(store, b"one"), put(store, b"another")
    os.truncate(tmp_path / half, 3)  # what a power cut between rename and sync may leave
    assert reopen(store).unsettled() == [whole]
    assert not (tmp_path / half).exists()


def test_after_a_clean_end_nothing_has_to_be_looked_through(tmp_path: Path) -> None:
    store = LocalBlobs(tmp_path, "receiver-0")
    store.settle([put(store, b"one")])
    store.close()
    assert LocalBlobs(tmp_path, "receiver-0").unsettled() == []


def test_a_clean_end_does_not_hide_what_is_unsettled(tmp_path: Path) -> None:
    store = LocalBlobs(tmp_path, "receiver-0")
    key = put(store, b"one")
    store.close()
    again = LocalBlobs(tmp_path, "receiver-0")
    assert again.unsettled() == [key]
    again.forget_marks()
    again.close()
    assert LocalBlobs(tmp_path, "receiver-0").unsettled() == []


def test_a_full_and_settled_shelf_loses_its_mark_at_once(tmp_path: Path) -> None:
    store = LocalBlobs(tmp_path, "receiver-0")
    keys = [put(store, b"x") for _ in range(SHELF_SIZE + 1)]
    assert len({key.split("/")[1] for key in keys}) == 2
    store.settle(keys[:SHELF_SIZE])
    assert set(reopen(store).unsettled()) == {keys[SHELF_SIZE]}


def test_a_slot_belongs_to_one_process(tmp_path: Path) -> None:
    first = LocalBlobs.claim(tmp_path, "web")
    second = LocalBlobs.claim(tmp_path, "web")
    assert (first.slot, second.slot) == ("web-0", "web-1")
    with pytest.raises(Unavailable):
        LocalBlobs(tmp_path, "web-0")
    with pytest.raises(Unavailable):
        LocalBlobs.claim_all(tmp_path)
    first.close()
    assert LocalBlobs.claim(tmp_path, "web").slot == "web-0"


@pytest.mark.parametrize("key", ["../../etc/passwd", "a/../b", "/etc/passwd", "a//b", ""])
def test_a_key_never_leads_outside(tmp_path: Path, key: str) -> None:
    with pytest.raises(NotFound):
        LocalBlobs(tmp_path / "objects", "receiver-0").open(key)


def failing(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_blob_that_cannot_be_made_safe_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    store = LocalBlobs(tmp_path, "receiver-0")
    writer = store.create()
    writer.write([b"abc"])
    monkeypatch.setattr(os, call, failing)
    with pytest.raises(Unavailable, match="No space left"):
        writer.commit()
    monkeypatch.undo()
    writer.discard()
    assert list(store.walk()) == []


def test_notes_are_kept_replaced_and_dropped(store: BlobStore) -> None:
    assert store.notes() == []
    store.keep_note("b.json", b"1")
    store.keep_note("a.json", b"2")
    store.keep_note("b.json", b"3")
    assert store.notes() == ["a.json", "b.json"]
    assert store.read_note("b.json") == b"3"
    store.drop_note("b.json")
    store.drop_note("b.json")
    assert store.notes() == ["a.json"]
    with pytest.raises(NotFound):
        store.read_note("b.json")
    key = put(store, b"a blob")
    assert list(store.walk()) == [key]


def test_many_blobs_are_removed_at_once_and_missing_ones_are_no_error(store: BlobStore) -> None:
    keys = [put(store, b"%d" % n) for n in range(3)]
    store.remove(keys[0])
    store.remove_all(keys[:2])
    assert list(store.walk()) == [keys[2]]


def test_notes_are_no_slot_and_one_that_was_being_written_is_none(tmp_path: Path) -> None:
    store = LocalBlobs(tmp_path, "web-0")
    store.keep_note("a.json", b"1")
    (tmp_path / "notes" / "b.json-web-1.part").write_bytes(b"half")
    assert store.notes() == ["a.json"]
    assert LocalBlobs.slots(tmp_path) == ["web-0"]
    for name in ("", "../claim", "x/y", ".hidden", "c.part"):
        with pytest.raises(NotFound):
            store.keep_note(name, b"")
