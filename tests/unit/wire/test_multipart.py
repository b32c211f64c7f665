"""multipart payloads: what we write beside Python's own MIME parser, what we read however it is cut up."""

from __future__ import annotations

import email
import email.policy
import itertools
import time
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readingroom.errors import Invalid
from readingroom.wire import (
    Limits,
    MultipartReader,
    Part,
    boundary_of,
    length_of_parts,
    new_boundary,
    parse_media_type,
    read_parts,
    related,
    write_parts,
)

B = "b0undary"


def cut(payload: bytes, size: int) -> Iterator[bytes]:
    return (payload[at : at + size] for at in range(0, len(payload), size))


def parts_of(payload: bytes, size: int = 1 << 20, boundary: str = B) -> list[tuple[dict[str, str], bytes]]:
    return [
        (dict(part.headers), b"".join(part.chunks())) for part in read_parts(cut(payload, size), boundary)
    ]


def bodies(payload: bytes, size: int = 1 << 20, boundary: str = B) -> list[bytes]:
    return [body for _, body in parts_of(payload, size, boundary)]


# ------------------------------------------------------------------------------------------- writing


@pytest.mark.ps("3.18 8.6.1.2")
def test_pythons_mime_parser_reads_what_we_write() -> None:
    boundary = new_boundary()
    contents = [bytes(range(256)) * 3, b"", b"\r\n--" + boundary[:-1].encode() + b"\r\n"]
    parts = [
        Part("application/dicom; transfer-syntax=1.2.840.10008.1.2.1", [body], len(body), f"/instances/1.{n}")
        for n, body in enumerate(contents)
    ]
    payload = b"".join(write_parts(parts, boundary))
    head = f"MIME-Version: 1.0\r\nContent-Type: {related('application/dicom', boundary)}\r\n\r\n".encode()
    message = email.message_from_bytes(head + payload, policy=email.policy.HTTP)
    assert message.get_content_type() == "multipart/related"
    assert not message.defects
    read = list(message.iter_parts())
    # (email changes line ends inside binary bodies when it decodes; the raw bytes are compared below)
    assert [part["content-length"] for part in read] == [str(len(body)) for body in contents]
    assert [part["content-location"] for part in read] == [
        "/instances/1.0",
        "/instances/1.1",
        "/instances/1.2",
    ]
    assert read[0].get_content_type() == "application/dicom"
    assert read[0].get_param("transfer-syntax") == "1.2.840.10008.1.2.1"
    assert bodies(payload, boundary=boundary) == contents
    assert payload.startswith(f"--{boundary}\r\nContent-Type: ".encode())
    assert payload.endswith(f"\r\n--{boundary}--\r\n".encode())


def test_content_type_quotes_the_type_and_names_the_transfer_syntax() -> None:
    assert (
        related("application/dicom", "RR--x", "1.2.840.10008.1.2.1")
        == 'multipart/related; type="application/dicom"; boundary=RR--x; transfer-syntax=1.2.840.10008.1.2.1'
    )


def test_what_is_no_token_is_quoted() -> None:
    written = related('odd "type" \\', "a b")
    assert written == 'multipart/related; type="odd \\"type\\" \\\\"; boundary="a b"'
    assert parse_media_type(written).get("type") == 'odd "type" \\'


def test_boundaries_are_random_and_legal() -> None:
    boundaries = {new_boundary() for _ in range(100)}
    assert len(boundaries) == 100
    assert all(len(boundary) <= 70 and boundary.isascii() for boundary in boundaries)


def test_one_chunk_for_each_instance_and_bodies_asked_for_one_by_one() -> None:
    asked: list[int] = []

    def body(n: int) -> Iterator[bytes]:
        asked.append(n)
        yield b"x" * 1000

    chunks = write_parts((Part("application/dicom", body(n), 1000) for n in range(3)), B)
    next(chunks)
    assert asked == [0]
    assert len(list(chunks)) == 3  # two more instances and the closing delimiter


@pytest.mark.parametrize("count", [0, 1, 3])
def test_length_is_known_beforehand(count: int) -> None:
    parts = [Part("image/jpeg", [b"ab", b"c"], 3, more_headers={"X": "y"}) for _ in range(count)]
    assert length_of_parts(parts, B) == len(b"".join(write_parts(parts, B)))
    assert length_of_parts([Part("image/jpeg", [b"abc"])], B) is None


def test_a_body_of_another_length_than_promised_is_a_bug() -> None:
    with pytest.raises(ValueError, match="turned out"):
        list(write_parts([Part("image/jpeg", [b"abc"], 4)], B))


def test_large_bodies_are_not_copied() -> None:
    body = bytes(5 << 20)
    assert any(chunk is body for chunk in write_parts([Part("image/jpeg", [body], len(body))], B))


# ------------------------------------------------------------------------------------------- reading

CANONICAL = (
    b"--b0undary\r\nContent-Type: application/dicom\r\nX: 1\r\n\r\nDICM\r\n"
    b"--b0undary\r\n\r\nsecond\r\n--b0undary--\r\n"
)
TOLERATED = {
    "by the book": CANONICAL,
    "no last line end": CANONICAL[:-2],
    "line feeds only": CANONICAL.replace(b"\r\n", b"\n"),
    "preamble and epilogue": b"Hello\r\nthere\r\n" + CANONICAL + b"Bye\r\n--b0undary\r\n\r\nno part",
    "line end first": b"\r\n" + CANONICAL,
    "padding behind the boundary": CANONICAL.replace(b"b0undary\r\n", b"b0undary \t \r\n"),
    "no closing delimiter": CANONICAL.replace(b"--b0undary--\r\n", b"--b0undary"),
    "ends behind a delimiter": CANONICAL.replace(b"--b0undary--\r\n", b"--b0undary\r\n"),
    "no closing delimiter, length known": CANONICAL.replace(
        b"b0undary\r\n\r\nsecond\r\n--b0undary--\r\n", b"b0undary\r\nContent-Length:6\r\n\r\nsecond"
    ),
    "the same with a line end": CANONICAL.replace(
        b"b0undary\r\n\r\nsecond\r\n--b0undary--\r\n", b"b0undary\r\nContent-Length: 6\r\n\r\nsecond\r\n"
    ),
}


@pytest.mark.parametrize("payload", TOLERATED.values(), ids=TOLERATED.keys())
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_tolerated(payload: bytes, size: int) -> None:
    assert bodies(payload, size) == [b"DICM", b"second"]


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_headers(size: int) -> None:
    payload = (
        b'--b0undary\r\nContent-TYPE : multipart/x;\r\n  a="b"\r\ncontent-type: other\r\n\r\n\r\n--b0undary--'
    )
    assert parts_of(payload, size) == [({"content-type": 'multipart/x; a="b"'}, b"")]


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_empty_bodies(size: int) -> None:
    payload = (
        b"--b0undary\r\nA: b\r\n\r\n--b0undary\r\n\r\n\r\n--b0undary\r\nA: b\r\n\r\n\r\n\r\n--b0undary--"
    )
    assert bodies(payload, size) == [b"", b"", b"\r\n"]


@pytest.mark.parametrize("size", [1, 1000])
def test_a_carriage_return_before_a_lone_line_feed_is_body(size: int) -> None:
    assert bodies(b"--b0undary\n\nDICM\r\n--b0undary--\n", size) == [b"DICM\r"]


LOOKALIKES = [
    b"\r\n--b0undar", b"\r\n--b0undaryX\r\n", b"\r\n--b0undary-\r\n", b"\r\n--b0undary--x",
    b"\r\n-b0undary\r\n", b"x--b0undary\r\n", b"\r\r\n\r", b"\n", b"\r\n--b0undary" + b" " * 200 + b"\r\n",
    b"\r\n--B0UNDARY--\r\n", b"\r\n--b0undary\rx",
]  # fmt: skip


@pytest.mark.parametrize("body", LOOKALIKES)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_boundary_like_bytes_are_body(body: bytes, size: int) -> None:
    payload = b"--b0undary\r\n\r\n" + body + b"\r\n--b0undary--"
    assert bodies(payload, size) == [body]


BROKEN = {
    "nothing": b"",
    "another boundary": b"--other\r\n\r\nx\r\n--other--",
    "only a boundary": b"--b0undary",
    "within a header": b"--b0undary\r\nContent-Type: appl",
    "within a body": b"--b0undary\r\n\r\nDICM",
    "within a delimiter": b"--b0undary\r\n\r\nDICM\r\n--b0un",
    "shorter than announced": b"--b0undary\r\nContent-Length: 9\r\n\r\nDICM",
    "longer than announced": b"--b0undary\r\nContent-Length: 2\r\n\r\nDICM",
    "length no number": b"--b0undary\r\nContent-Length: -4\r\n\r\nDICM",
    "a header line without colon": b"--b0undary\r\nDICM\r\n\r\n\r\n--b0undary--",
    "endless header": b"--b0undary\r\nX: " + b"x" * 20_000,
    "endless header lines": b"--b0undary\r\n" + b"X: x\r\n" * 5_000,
    "endless preamble": b"x" * 70_000,
}


@pytest.mark.parametrize("payload", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("size", [1, 4096])
def test_broken(payload: bytes, size: int) -> None:
    with pytest.raises(Invalid):
        parts_of(payload, size)


def test_no_parts_at_all() -> None:
    assert bodies(b"--b0undary--\r\n") == []
    assert bodies(b"--b0undary--") == []


def test_too_many_parts() -> None:
    with pytest.raises(Invalid, match="More than 3"):
        list(read_parts([b"--b0undary\r\n\r\n" + b"\r\n--b0undary\r\n\r\n" * 4], B, Limits(parts=3)))


def test_an_unread_part_is_skipped() -> None:
    heads = [part.headers for part in read_parts(cut(CANONICAL, 3), B)]
    assert heads == [{"content-type": "application/dicom", "x": "1"}, {}]


def test_a_part_that_breaks_off_says_so_to_who_reads_it() -> None:
    part = next(read_parts([b"--b0undary\r\n\r\nDICM and more than a delimiter"], B))
    with pytest.raises(Invalid, match="inside a part"):
        list(part.chunks())


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/related; type=application/dicom; boundary=a=b", "a=b"),
        ('multipart/related; type="application/dicom"; BOUNDARY="a b;c"', "a b;c"),
        ('multipart/related;boundary="abc', "abc"),
    ],
)
def test_boundary_of(content_type: str, boundary: str) -> None:
    assert boundary_of(parse_media_type(content_type)) == boundary


@pytest.mark.parametrize(
    "content_type", ["multipart/related", "multipart/related; boundary=", 'a/b; boundary=""']
)
def test_no_boundary(content_type: str) -> None:
    with pytest.raises(Invalid):
        boundary_of(parse_media_type(content_type))


PIECES = st.sampled_from(
    [b"\r", b"\n", b"\r\n", b"-", b"--", b"b0undary", b"--b0undary", b"x", b"\0", b"\r\n--b0undar"]
)
BODIES = st.lists(PIECES, max_size=12).map(b"".join).filter(lambda body: b"\n--b0undary" not in b"\n" + body)


@given(st.lists(BODIES, max_size=4), st.integers(1, 40), st.booleans())
def test_fuzz_what_is_written_is_read(contents: list[bytes], size: int, with_length: bool) -> None:
    parts = [Part("a/b", [body], len(body) if with_length else None) for body in contents]
    payload = b"".join(write_parts(parts, B))
    assert bodies(payload, size) == contents


@given(
    st.lists(PIECES | st.sampled_from([b"--b0undary\r\n", b"\r\n\r\n", b"A: b\r\n"]) | st.binary(max_size=4))
)
def test_fuzz_how_it_is_cut_up_makes_no_difference(pieces: list[bytes]) -> None:
    payload = b"".join(pieces)

    def outcome(size: int) -> list[bytes] | str:
        try:
            return bodies(payload, size)
        except Invalid as error:
            return error.sentence

    assert outcome(1) == outcome(5) == outcome(1 << 20)


def seconds(payload: Iterable[bytes]) -> float:
    began = time.thread_time()
    reader = MultipartReader(B)
    for data in payload:
        reader.feed(data)
    return time.thread_time() - began


def test_hostile_payloads_take_linear_time() -> None:
    head = b"--b0undary\r\n\r\n"
    for unit in (b"\r\n--b0undar", b"\n", b"\r\n--b0undary x", b"\r\n--b0undary\r\n\r\n"):
        small = seconds(cut(head + unit * 20_000, 65536))
        assert seconds(cut(head + unit * 80_000, 65536)) < 12 * small + 0.2, unit
    assert seconds(itertools.chain([head], (b"\n" for _ in range(200_000)))) < 5


def test_memory_stays_constant() -> None:
    reader = MultipartReader(B)
    reader.feed(b"--b0undary\r\n\r\n")
    for _ in range(100):
        given_back = sum(len(event) for event in reader.feed(bytes(1 << 20)) if isinstance(event, bytes))
        assert given_back >= (1 << 20) - 400
