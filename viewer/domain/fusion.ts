/** Which series can lie over which, where, and how the upper one looks at first. */
import { COLOUR_MAPS } from '../core/colour-maps';
import { text, type DataSet } from '../core/dicom-json';
import type { Point3 } from '../core/geometry';
import { voisOf } from '../core/image-description';
import type { SampledPlane } from '../core/reslice';
import { isSuv, type SuvKind } from '../core/suv';
import { rangeOf, type Volume } from '../core/volume';
import type { Window } from '../core/voi';
import type { DisplaySet, ImageRef } from './display-sets';
import { frameOfReference, rectangleOf } from './linking';
import { registeredBy, type Registered } from './joined';
import { suvOfImage, suvWindow } from './suv';
import { volumeOf } from './volume-stack';

/** How the upper picture looks. window: in the units of its volume. */
export interface Layer {
  window: Window;
  colourMap: string;
  /** 0..1. */
  opacity: number;
  /** Low values let the lower picture through. */
  clear: boolean;
}

/** 'elsewhere': in another frame of reference, and no registration joins the two. */
export type Lying = { registered: Registered | undefined } | 'elsewhere' | 'no volume';

/** Whether its places are those of the image's patient: by one frame of reference, or by a registration object. Its slices must make a volume. */
export function lyingOver(base: ImageRef, upper: DisplaySet, registrations: readonly DataSet[]): Lying {
  const first = upper.images[0];
  if (!first || upper.colour || !rectangleOf(base) || typeof volumeOf(upper, 0) === 'string') return 'no volume';
  const frame = frameOfReference(base);
  if (frame !== '' && frame === frameOfReference(first)) return { registered: undefined };
  const registered = registeredBy(registrations, base, first);
  return registered ? { registered } : 'elsewhere';
}

/** The plane of an image as it is sampled: the centre of its first pixel, and mm from pixel to pixel. */
export function planeOfImage(image: ImageRef): SampledPlane | undefined {
  const r = rectangleOf(image);
  if (!r) return undefined;
  const along = (v: Point3, by: number) => v.map((n) => n * by) as Point3;
  return { origin: r.position, right: along(r.row, r.spacing.column), down: along(r.column, r.spacing.row), columns: r.columns, rows: r.rows };
}

/** PET and NM before all others: they are what is laid over. */
export function mostLikelyUpper<T extends { modality: string }>(series: readonly T[]): T | undefined {
  return series.find((s) => s.modality === 'PT') ?? series.find((s) => s.modality === 'NM') ?? series[0];
}

const FIRST_SUV = 7;

export function firstLayer(sample: ImageRef, volume: Volume, kind: SuvKind): Layer {
  const suv = suvOfImage(sample, kind);
  const own = voisOf(sample.dataset, sample.frame, sample.pixel).find((voi) => voi.kind === 'window');
  const range = rangeOf(volume);
  const [low, high] = [range.min, range.max].map((v) => v * volume.slope + volume.intercept) as [number, number];
  const full: Window = { center: (low + high) / 2, width: Math.max(high - low, 1e-6), function: 'LINEAR_EXACT', explanation: '' };
  const window = isSuv(suv) ? suvWindow(0, FIRST_SUV, suv.factor) : own?.kind === 'window' ? own.window : full;
  const isUptake = ['PT', 'NM'].includes(text(sample.dataset, '00080060'));
  return { window, colourMap: COLOUR_MAPS[isUptake ? 0 : 1]?.id ?? '', opacity: 0.5, clear: false };
}
