"""Dose-volume histograms (PS3.3 C.8.8.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from readingroom.errors import Invalid
from readingroom.model import Attributes
from readingroom.pixels import Array

from .numbers import decimals, first_decimal, items, text

_TYPE, _UNITS, _SCALING, _VOLUME_UNITS, _DATA = 0x30040001, 0x30040002, 0x30040052, 0x30040054, 0x30040058
_LEAST, _LARGEST, _MEAN = 0x30040070, 0x30040072, 0x30040074
_ROIS, _ROI_NUMBER, _CONTRIBUTION = 0x30040060, 0x30060084, 0x30040062
_MOST_BINS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class DoseVolume:
    """One histogram, cumulative whatever it was stored as.

    doses: lower edges of the bins, ascending, in `units`. volumes: receiving at least that dose. rois: number
    and contribution of each ROI. least, mean, largest: as stored, None when absent.
    """

    kind: str
    units: str
    volume_units: str
    rois: tuple[tuple[int, str], ...]
    doses: Array
    volumes: Array
    least: float | None
    mean: float | None
    largest: float | None

    @property
    def volume(self) -> float:
        """Of the whole structure, in `volume_units`."""
        return float(self.volumes[0])

    def per_dose(self, most: int) -> tuple[tuple[float, float], ...]:
        """The differential histogram, at `most` places at most: dose, percent of the volume per dose."""
        step = -(-(len(self.doses) - 1) // most)
        edges = np.append(self.doses[:-1:step], self.doses[-1])
        at_least = np.append(self.volumes[:-1:step], self.volumes[-1])
        widths = np.diff(edges)
        kept = widths > 0
        if self.volume <= 0 or not kept.any():
            return ()
        percent = -np.diff(at_least)[kept] * (100 / self.volume) / widths[kept]
        middles = ((edges[:-1] + edges[1:]) / 2)[kept]
        return tuple(zip(middles.tolist(), percent.tolist(), strict=True))

    def dose_at(self, percent: float) -> float | None:
        """The dose that `percent` of the volume receives at least: D95 for 95; linear between the edges."""
        wanted = self.volume * percent / 100
        below = np.flatnonzero(self.volumes < wanted)
        if self.volume <= 0 or not below.size:
            return None
        at = int(below[0])
        upper, lower = float(self.volumes[at - 1]), float(self.volumes[at])
        share = (upper - wanted) / (upper - lower)
        return float(self.doses[at - 1] + share * (self.doses[at] - self.doses[at - 1]))

    def mean_dose(self) -> float | None:
        """Of the curve: what lies in a bin counts with the bin's middle."""
        inside = self.volumes[:-1] - self.volumes[1:]
        if len(inside) == 0 or inside.sum() <= 0:
            return None
        middles = (self.doses[:-1] + self.doses[1:]) / 2
        return float((inside * middles).sum() / inside.sum())


def read_dose_volume(item: Attributes) -> DoseVolume:
    """An Item of the DVH Sequence. Raises Invalid when its data are no histogram.

    Volumes PER_U, as NATURAL ones have them, are per difference of u = dose^(-3/2) (PS3.3 C.8.8.4.3).
    """
    numbers = np.array(decimals(item, _DATA))
    if len(numbers) < 2 or len(numbers) % 2 or len(numbers) > 2 * _MOST_BINS:
        raise Invalid("DVH Data must be pairs of bin width and volume.", tag=_DATA)
    widths, volumes = numbers[::2] * first_decimal(item, _SCALING, 1.0), numbers[1::2]
    kind = text(item, _TYPE).upper()
    if kind not in ("CUMULATIVE", "DIFFERENTIAL", "NATURAL"):
        raise Invalid(f"A histogram of the type “{kind[:16]}” is not read.", tag=_TYPE)
    if widths.min() < 0 or volumes.min() < 0:
        raise Invalid("DVH Data must not be negative.", tag=_DATA)
    edges = np.concatenate([[0.0], np.cumsum(widths)])
    units = text(item, _VOLUME_UNITS).upper()
    if units == "PER_U":
        volumes = _of_bins(kind, edges, volumes)
    if kind == "CUMULATIVE":
        at_least = np.concatenate([np.minimum.accumulate(volumes), [0.0]])
    else:
        at_least = np.concatenate([np.cumsum(volumes[::-1])[::-1], [0.0]])
    return DoseVolume(
        kind,
        text(item, _UNITS).upper(),
        units,
        tuple(
            (int(first_decimal(roi, _ROI_NUMBER, 0)), text(roi, _CONTRIBUTION).upper())
            for roi in items(item, _ROIS)[:100]
        ),
        edges,
        at_least,
        *(_stored(item, tag) for tag in (_LEAST, _MEAN, _LARGEST)),
    )


def _of_bins(kind: str, edges: Array, per_u: Array) -> Array:
    """Volumes of bins from those per u."""
    if kind == "CUMULATIVE":
        raise Invalid("Volumes per u cannot be cumulative.", tag=_VOLUME_UNITS)
    filled = per_u > 0
    if (edges[:-1][filled] == 0).any():
        raise Invalid("A volume per u at a dose of 0 would be endless.", tag=_DATA)
    volumes = np.zeros(len(per_u))
    low, high = edges[:-1][filled], edges[1:][filled]
    volumes[filled] = per_u[filled] * (low**-1.5 - high**-1.5)
    return volumes


def _stored(item: Attributes, tag: int) -> float | None:
    return next(iter(decimals(item, tag)), None)
