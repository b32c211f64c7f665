/** What one pixel says. */
import type { Frame } from '../../core/frame';
import { text } from '../../core/dicom-json';
import { modalityOf } from '../../core/image-description';
import { applyModality } from '../../core/modality';
import { calibratedAt, type Calibrated } from '../../core/ultrasound';
import { isSuv, type SuvKind } from '../../core/suv';
import type { ImageRef } from '../../domain/display-sets';
import { realWorldOf } from '../../domain/real-world';
import { suvOfImage } from '../../domain/suv';
import { realWorldChoice } from '../real-world-choice';
import { suvKind } from '../suv-choice';
import type { UpperReading } from './fusion';

/** Values of one pixel. Colour has red, green and blue as stored and no modality value. */
export interface Reading {
  column: number;
  row: number;
  stored: number | number[];
  modality: number | null;
  unit: string;
  /** Of PET, the one the reader chose, where the object says enough. */
  suv?: { value: number; kind: SuvKind } | undefined;
  /** What the chosen Real World Value Mapping says, and what it means. */
  real?: { value: number; unit: string; meaning: string } | undefined;
  /** What lies over the image there. */
  over?: UpperReading | undefined;
  /** What layers say there: '57.0 Gy'. */
  said?: readonly string[] | undefined;
  /** What the axes of an ultrasound region say there. */
  calibrated?: { x?: Calibrated; y?: Calibrated } | undefined;
}

/** column, row: from 0; undefined beside the image, and where a computed one has no value. */
export function readingAt({ samples, colour, columns, rows }: Frame, image: ImageRef, column: number, row: number): Reading | undefined {
  const { dataset, frame, pixel } = image;
  if (column < 0 || row < 0 || column >= columns || row >= rows) return undefined;
  const at = row * columns + column;
  const calibrated = calibratedAt(dataset, column, row);
  if (colour) return { column, row, stored: Array.from(samples.slice(3 * at, 3 * at + 3)), modality: null, unit: '', calibrated };
  const modality = modalityOf(dataset, frame, pixel);
  const stored = samples[at] as number;
  if (image.computed && stored === pixel.padding?.[0]) return undefined;
  const value = applyModality(stored, modality);
  return { column, row, stored, modality: value, unit: modality.unit, suv: uptakeOf(image, value), real: realAt(image, stored), calibrated };
}

function realAt({ dataset, frame }: ImageRef, stored: number): Reading['real'] {
  const mapping = realWorldOf(dataset, frame)[realWorldChoice(text(dataset, '0020000E'))];
  const value = mapping?.of(stored);
  return mapping && value !== undefined ? { value, unit: mapping.unit, meaning: mapping.quantity || mapping.explanation || mapping.label } : undefined;
}

function uptakeOf(image: ImageRef, value: number): Reading['suv'] {
  const suv = suvOfImage(image, suvKind());
  return isSuv(suv) ? { value: value * suv.factor, kind: suv.kind } : undefined;
}
