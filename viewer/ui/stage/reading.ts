/** What one pixel says. */
import type { Frame } from '../../core/frame';
import { modalityOf } from '../../core/image-description';
import { applyModality } from '../../core/modality';
import { calibratedAt, type Calibrated } from '../../core/ultrasound';
import type { ImageRef } from '../../domain/display-sets';

/** Values of one pixel. Colour has red, green and blue as stored and no modality value. */
export interface Reading {
  column: number;
  row: number;
  stored: number | number[];
  modality: number | null;
  unit: string;
  /** What the axes of an ultrasound region say there. */
  calibrated?: { x?: Calibrated; y?: Calibrated } | undefined;
}

/** column, row: from 0; undefined beside the image. */
export function readingAt({ samples, colour, columns, rows }: Frame, { dataset, frame, pixel }: ImageRef, column: number, row: number): Reading | undefined {
  if (column < 0 || row < 0 || column >= columns || row >= rows) return undefined;
  const at = row * columns + column;
  const calibrated = calibratedAt(dataset, column, row);
  if (colour) return { column, row, stored: Array.from(samples.slice(3 * at, 3 * at + 3)), modality: null, unit: '', calibrated };
  const modality = modalityOf(dataset, frame, pixel);
  const stored = samples[at] as number;
  return { column, row, stored, modality: applyModality(stored, modality), unit: modality.unit, calibrated };
}
