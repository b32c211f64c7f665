"""What the index keeps comes back as it was."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st

from readingroom.index import Database
from readingroom.index.record import Kept, dump, load, pack_frames, unpack_frames
from readingroom.index.schema import metadata
from readingroom.model import Attribute, FrameIndex

offsets = st.integers(0, 2**63)
pieces = st.lists(st.tuples(offsets, offsets), max_size=5).map(tuple)


@given(st.lists(pieces, max_size=20).map(tuple))
def test_a_frame_index_is_packed_without_loss(frames: tuple[tuple[tuple[int, int], ...], ...]) -> None:
    assert unpack_frames(pack_frames(FrameIndex(frames))) == FrameIndex(frames)


def test_attributes_are_kept_without_loss() -> None:
    attributes = {
        0x00100010: Attribute("PN", ("Yamada^Tarou=山田^太郎",)),
        0x00080020: Attribute("DA"),
        0x00280010: Attribute("US", (512,)),
        0x00200032: Attribute("DS", ("-1.5", "0", "3e2")),
        0x00189087: Attribute("FD", (1.25,)),
        0x00091010: Attribute("UN", (b"\0\xff",)),
        0x00400275: Attribute("SQ", ({0x00400009: Attribute("SH", ("S1",))}, {})),
    }
    assert load(dump(attributes)) == attributes


def test_kept_attributes_are_those_of_their_rows_lowest_first() -> None:
    own = {0x00080060: Attribute("CS", ("CT",)), 0x00189087: Attribute("FD", (1.25,))}
    above = {
        0x00080060: Attribute("CS", ("MR",)),
        0x00400275: Attribute("SQ", ({0x00400009: Attribute("SH", ("S1",))}, {})),
    }
    kept = Kept(
        (dump(own), dump(above)),
        {0x00201209: lambda counts: Attribute("IS", (str(counts["n"]),))},
        {"n": 5},
    )
    whole = above | own | {0x00201209: Attribute("IS", ("5",))}
    assert dict(kept) == whole
    assert len(kept) == len(whole)
    assert all(tag in kept for tag in whole)
    assert 0x00100010 not in kept
    assert kept.get(0x00100010) is None
    assert kept.keys() & {0x00189087, 0x00100010} == {0x00189087}


def test_migrations_make_the_tables_the_program_knows(tmp_path: Path) -> None:
    with Database(tmp_path / "index.sqlite") as database:
        database.migrate()
        database.migrate()  # once more changes nothing
        with database.engine.connect() as connection:
            without_search = {"include_name": lambda name, *_: not str(name).startswith("study_search")}
            context = MigrationContext.configure(connection, opts=without_search)
            assert compare_metadata(context, metadata) == []
