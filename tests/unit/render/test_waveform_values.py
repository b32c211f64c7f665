"""Samples as physical values beside pydicom, companded ones beside ffmpeg (PS3.3 C.10.9)."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence

from readingroom.errors import Invalid, ReadingRoomError, Unsupported
from readingroom.render import read_waveform_annotations, read_waveforms
from tests.kit.images import attributes_of, read_image
from tests.kit.shared_data import shared_data

MADE = (
    *("arterial-pulse", "audio-general", "audio-voice", "ecg-12-lead", "ecg-ambulatory", "ecg-general"),
    *("electrophysiology", "hemodynamic", "respiratory"),
)
FILES = (
    *(f"made/waveforms/{name}.dcm" for name in MADE),
    "objects/ecg/waveform_ecg.dcm",
    "objects/ecg/wave_dfl",
)


def object_of(data: bytes, bits: int, interpretation: str, channels: int = 1, samples: int = 4) -> Dataset:
    """A waveform object of one group, without sensitivities."""
    group = Dataset()
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = channels, samples
    group.SamplingFrequency, group.WaveformBitsAllocated = 100, bits
    group.WaveformSampleInterpretation = interpretation
    group.ChannelDefinitionSequence = Sequence([Dataset() for _ in range(channels)])
    group.WaveformData = data
    group["WaveformData"].VR = "OB" if bits == 8 else "OW"
    ds = Dataset()
    ds.WaveformSequence = Sequence([group])
    return ds


@pytest.mark.ps("3.3 C.10.9.1.4")
@pytest.mark.parametrize("name", FILES)
def test_values_are_those_of_pydicom(name: str) -> None:
    ds = read_image(Path(shared_data()) / name)
    groups = read_waveforms(attributes_of(ds))
    assert len(groups) == len(ds.WaveformSequence)
    for at, group in enumerate(groups):
        expected = ds.waveform_array(at)
        assert expected.shape[1] == len(group.channels)
        for number, channel in enumerate(group.channels):
            values = channel.values()
            there = np.isfinite(values)
            np.testing.assert_allclose(values[there], expected[there, number], rtol=1e-12, atol=1e-12)
            padding = ds.WaveformSequence[at].get("WaveformPaddingValue")
            raw = ds.WaveformSequence[at].WaveformData
            assert there.all() or (padding is not None and padding in raw)


@pytest.mark.ps("3.3 C.10.9.1.5")
@pytest.mark.parametrize(("interpretation", "codec"), [("MB", "pcm_mulaw"), ("AB", "pcm_alaw")])
def test_companded_samples_are_those_of_ffmpeg(interpretation: str, codec: str) -> None:
    every = bytes(range(256))
    decoder = av.CodecContext.create(codec, "r")
    decoder.sample_rate, decoder.layout = 8000, "mono"
    expected = np.concatenate([frame.to_ndarray().ravel() for frame in decoder.decode(av.Packet(every))])
    (group,) = read_waveforms(attributes_of(object_of(every, 8, interpretation, samples=256)))
    assert group.channels[0].values().tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("bits", "interpretation", "kind"),
    [
        *((8, "SB", "<i1"), (8, "UB", "<u1"), (16, "SS", "<i2"), (16, "US", "<u2")),
        *((32, "SL", "<i4"), (32, "UL", "<u4"), (64, "SV", "<i8"), (64, "UV", "<u8")),
    ],
)
def test_each_interpretation(bits: int, interpretation: str, kind: str) -> None:
    limits = np.iinfo(kind)
    samples = np.array([limits.min, limits.max, 0, 1], kind)
    ds = object_of(samples.tobytes(), bits, interpretation, channels=2, samples=2)
    (group,) = read_waveforms(attributes_of(ds))
    assert group.channels[0].values().tolist() == [float(limits.min), 0.0]
    assert group.channels[1].values().tolist() == [float(limits.max), 1.0]


@pytest.mark.ps("3.3 C.10.9.1.4")
def test_sensitivity_correction_baseline_skew_and_padding() -> None:
    ds = object_of(np.array([10, 20, -32768, 40], "<i2").tobytes(), 16, "SS")
    group = ds.WaveformSequence[0]
    group.WaveformPaddingValue = np.array([-32768], "<i2").tobytes()
    group["WaveformPaddingValue"].VR = "OW"
    group.MultiplexGroupTimeOffset = "1000"
    definition = group.ChannelDefinitionSequence[0]
    definition.ChannelSensitivity, definition.ChannelSensitivityCorrectionFactor = "2", "1.5"
    definition.ChannelBaseline, definition.ChannelTimeSkew, definition.ChannelSampleSkew = "7", "0.25", "50"
    units = Dataset()
    units.CodeValue, units.CodingSchemeDesignator = "mV", "UCUM"
    definition.ChannelSensitivityUnitsSequence = Sequence([units])
    ((channel,),) = (group.channels for group in read_waveforms(attributes_of(ds)))
    values = channel.values()
    assert values[[0, 1, 3]].tolist() == [37.0, 67.0, 127.0]
    assert np.isnan(values[2])
    assert (channel.units, channel.start) == ("mV", 1.0 + 0.25 + 0.5)


def test_annotations_of_the_twelve_lead_ecg() -> None:
    attributes = attributes_of(read_image(Path(shared_data()) / "made/waveforms/ecg-12-lead.dcm"))
    found = read_waveform_annotations(attributes, read_waveforms(attributes))
    assert [annotation.words for annotation in found] == [
        *("Heart rate 50 /min", "PR Interval 160 ms", "QRS Duration 80 ms", "QT Interval 380 ms"),
        "QRS onset",
    ]
    assert found[-1].channels == ((1, 2),)
    assert found[-1].times == (1.6,)  # TRUTH.csv: QRS onsets


@pytest.mark.parametrize(
    ("keyword", "value", "kind"),
    [
        ("WaveformData", b"\0\0", Invalid),
        ("NumberOfWaveformSamples", 2**31, Invalid),
        ("NumberOfWaveformSamples", 0, Invalid),
        ("NumberOfWaveformChannels", 2, Invalid),
        ("NumberOfWaveformChannels", 60000, Unsupported),
        ("SamplingFrequency", "0", Invalid),
        ("SamplingFrequency", "-5", Invalid),
        ("WaveformBitsAllocated", 12, Unsupported),
        ("WaveformSampleInterpretation", "XX", Unsupported),
    ],
)
def test_what_is_broken_is_refused(keyword: str, value: object, kind: type[ReadingRoomError]) -> None:
    ds = object_of(bytes(8), 16, "SS")
    setattr(ds.WaveformSequence[0], keyword, value)
    with pytest.raises(kind):
        read_waveforms(attributes_of(ds))


def test_without_a_waveform() -> None:
    with pytest.raises(Invalid):
        read_waveforms({})
