"""Round trips over every kind of sample, and what is said beforehand of what can be made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readingroom.errors import Unsupported
from readingroom.pixels import (
    DECODABLE,
    ENCODABLE,
    WRITTEN_WITH_LOSS,
    Frame,
    PixelDescription,
    can_transcode,
    compression_method,
    decode_frame,
    description_after,
    encode_frame,
    keeps_codestream,
    obstacle,
    to_rgb,
    transcode_frame,
    was_lossy,
)
from readingroom.standard.transfer_syntaxes import transfer_syntaxes
from tests.kit.shared_data import REPOSITORY

LITTLE = "1.2.840.10008.1.2.1"
LOSSLESS = sorted(ENCODABLE - WRITTEN_WITH_LOSS)
DEPTHS = [(1, 1), (8, 1), (8, 5), (8, 8), (12, 12), (16, 7), (16, 10), (16, 12), (16, 16), (32, 18), (32, 32)]


@st.composite
def frames(draw: st.DrawFn) -> tuple[Frame, PixelDescription]:
    """Frames of any depth, sign, colour and odd size; noise and flat ones."""
    allocated, stored = draw(st.sampled_from(DEPTHS))
    samples = 3 if allocated not in (1, 12) and draw(st.booleans()) else 1
    sign = int(stored > 1 and samples == 1 and draw(st.booleans()))
    labels = ("RGB", "YBR_FULL") if samples == 3 and allocated <= 16 else ("RGB",)
    greys = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR") if not sign else ("MONOCHROME2",)
    d = PixelDescription(
        LITTLE,
        draw(st.integers(1, 40)),
        draw(st.integers(1, 40)),
        samples,
        draw(st.sampled_from(labels if samples == 3 else greys)),
        0,
        allocated,
        stored,
        stored - 1,
        sign,
    )
    low = -(1 << (stored - 1)) if sign else 0
    dice = np.random.default_rng(draw(st.integers(0, 2**32)))
    span = draw(st.sampled_from((1, 3, 1 << stored)))
    values = dice.integers(low, low + min(span, 1 << stored), d.shape).astype(d.cell)
    return Frame(values, d.photometric_interpretation), d


@settings(max_examples=60, deadline=None)
@given(frames())
def test_lossless_means_the_same_values(made: tuple[Frame, PixelDescription]) -> None:
    frame, d = made
    for uid in LOSSLESS:
        if obstacle(d, uid):
            with pytest.raises(Unsupported):
                encode_frame(frame, d, uid)
            continue
        after = description_after(d, uid)
        back = decode_frame(encode_frame(frame, d, uid), after)
        assert back.values.dtype == d.cell, uid
        assert np.array_equal(back.values, frame.values), uid
        for other in LOSSLESS if frame.values.size < 200 else ():
            if obstacle(after, other) is None:
                again = transcode_frame(encode_frame(frame, d, uid), after, other)
                twice = decode_frame(again, description_after(after, other))
                is_rgb = d.samples_per_pixel == 3 and twice.photometric_interpretation == "RGB"
                expected = to_rgb(frame, d.bits_stored) if is_rgb else frame.values
                assert np.array_equal(twice.values, expected), (uid, other)


@pytest.mark.parametrize("bits", [8, 16])
def test_the_byte_that_makes_a_fragment_even_does_no_harm(bits: int) -> None:
    """PS3.5 A.4: a fragment of odd length is padded, and readers may not know."""
    d = PixelDescription(LITTLE, 9, 7, 1, "MONOCHROME2", 0, bits, bits, bits - 1)
    values = np.random.default_rng(2).integers(0, 1 << bits, d.shape).astype(d.cell)
    for uid in LOSSLESS:
        data = encode_frame(Frame(values, "MONOCHROME2"), d, uid) + b"\0"
        assert np.array_equal(decode_frame(data, description_after(d, uid)).values, values), uid


def test_floats_stay_native() -> None:
    """PS3.5 A.4: Float Pixel Data and Double Float Pixel Data are never encapsulated."""
    for bits in (32, 64):
        d = PixelDescription(LITTLE, 4, 5, 1, "MONOCHROME2", 0, bits, bits, bits - 1, is_float=True)
        values = np.linspace(-1e9, 1e9, 20).reshape(4, 5).astype(d.cell)
        for uid in ENCODABLE:
            if uid in ("1.2.840.10008.1.2", LITTLE, "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"):
                data = encode_frame(Frame(values, "MONOCHROME2"), d, uid)
                assert np.array_equal(decode_frame(data, description_after(d, uid)).values, values)
            else:
                assert "never encapsulated" in (obstacle(d, uid) or "")


def test_every_syntax_of_the_table_can_be_read_or_is_video() -> None:
    for uid in transfer_syntaxes():
        is_video = compression_method(uid) in ("ISO_13818_2", "ISO_14496_10", "ISO_23008_2")
        assert uid in DECODABLE or is_video, uid
        assert can_transcode(uid, uid)
        assert can_transcode(uid, LITTLE) == (not is_video)


def test_the_page_says_what_the_code_does() -> None:
    """docs/codecs.md: the column Written against `ENCODABLE`, the column Read against `DECODABLE`."""
    page = (REPOSITORY / "docs" / "codecs.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:5] for line in page.splitlines() if "| 1.2.840" in line]
    told: set[str] = set()
    for uids, _, read, write in rows:
        first, *more = uids.replace(",", "").split()
        if "to" in more:  # video
            assert first not in DECODABLE
            continue
        for uid in (first, *(first.rsplit(".", 1)[0] + number for number in more)):
            told.add(uid)
            assert (read.strip() in ("yes", "partly")) == (uid in DECODABLE), uid
            assert (write.strip() != "no") == (uid in ENCODABLE), uid
            assert (write.strip() == "lossy") == (uid in WRITTEN_WITH_LOSS), uid
    assert told >= ENCODABLE


def test_what_cannot_be_made_is_told_in_a_sentence() -> None:
    grey = PixelDescription(LITTLE, 8, 8, 1, "MONOCHROME2", 0, 16, 16, 15, 1)
    palette = PixelDescription(LITTLE, 8, 8, 1, "PALETTE COLOR")
    video = PixelDescription("1.2.840.10008.1.2.4.102", 8, 8, 3, "YBR_PARTIAL_420")
    assert "unsigned samples of 8 bits" in (obstacle(grey, "1.2.840.10008.1.2.4.50") or "")
    for lossy in sorted(WRITTEN_WITH_LOSS - {"1.2.840.10008.1.2.4.51"}):
        assert "Palette" in (obstacle(palette, lossy) or "")
    assert "Video" in (obstacle(video, LITTLE) or "")
    assert obstacle(video, video.transfer_syntax_uid) is None
    assert "cannot be written" in (obstacle(grey, "1.2.3") or "")
    assert "cannot be decoded" in (obstacle(replace(grey, transfer_syntax_uid="1.2.3"), LITTLE) or "")


def test_partial_range_becomes_rgb() -> None:
    """There is no full size form of YBR_PARTIAL_422 (PS3.3 C.7.6.3.1.2): black is 16, 128, 128."""
    d = PixelDescription(LITTLE, 2, 4, 3, "YBR_PARTIAL_422")
    data = bytes([16, 16, 128, 128, 235, 235, 128, 128] * 2)
    after = description_after(d, LITTLE)
    assert after.photometric_interpretation == "RGB"
    decoded = decode_frame(transcode_frame(data, d, LITTLE), after)
    assert decoded.values[0, :, 0].tolist() == [0, 0, 255, 255]


def test_loss_is_seen_in_the_codestream() -> None:
    ramp = (np.add.outer(np.arange(64) * 50, np.arange(64) * 9) % 4096).astype(np.uint16)
    d = PixelDescription(LITTLE, 64, 64, 1, "MONOCHROME2", 0, 16, 12, 11)
    for uid in sorted(ENCODABLE):
        if obstacle(d, uid) is None:
            data = encode_frame(Frame(ramp, "MONOCHROME2"), d, uid)
            assert was_lossy(data, description_after(d, uid)) == (uid in WRITTEN_WITH_LOSS), uid


def test_methods_of_loss_are_the_defined_terms() -> None:
    """PS3.3 C.7.6.1.1.5.1."""
    terms = {50: "ISO_10918_1", 81: "ISO_14495_1", 91: "ISO_15444_1", 100: "ISO_13818_2"}
    terms |= {102: "ISO_14496_10", 107: "ISO_23008_2", 112: "ISO_18181_1", 203: "ISO_15444_15"}
    for number, term in terms.items():
        assert compression_method(f"1.2.840.10008.1.2.4.{number}") == term
    assert compression_method("1.2.840.10008.1.2.5") == ""
    assert keeps_codestream("1.2.840.10008.1.2.5", "1.2.840.10008.1.2.5")
    assert not keeps_codestream(LITTLE, LITTLE)
