/** Inputs and steps of an Advanced Blending Presentation State (PS3.3 C.11.33, C.11.34). */
import { item, items, number, numbers, text, type DataSet } from '../dicom-json';
import { readPalette, type Palette } from '../luts';
import { readGreyStage, type GreyStage } from './grey-stage';
import { BrokenState, exactly, readScope, type ImageReference, type Scope } from './strict';

export type ThresholdType = 'RANGE_INCL' | 'GREATER_OR_EQUAL' | 'LESS_OR_EQUAL' | 'GREATER_THAN' | 'LESS_THAN';

/** Modality values outside of it are not seen. limits: one, of a range two, ascending. */
export interface Threshold {
  type: ThresholdType;
  limits: readonly number[];
}

/** images: empty for the whole series. */
export interface BlendingInput {
  images: Scope;
  series: string;
  study: string;
  stage: GreyStage;
  palette: Palette | undefined;
  thresholds: readonly Threshold[];
}

/** inputs: their numbers, also of steps. opacity: of the first of two; undefined: all weigh the same. */
export interface BlendingStep {
  inputs: readonly number[];
  opacity: number | undefined;
}

/** geometry: number of the input whose images are shown, and in whose pixels. */
export interface AdvancedBlending {
  inputs: ReadonlyMap<number, BlendingInput>;
  steps: ReadonlyMap<number, BlendingStep>;
  last: BlendingStep;
  geometry: number;
}

const MOST = 16;

/** Throws BrokenState for inputs and steps that do not make one picture. Blending over time is not done. */
export function readAdvancedBlending(ds: DataSet): AdvancedBlending {
  const [read, displayed] = [items(ds, '00701B01'), items(ds, '00701B04')];
  if (!read.length || read.length > MOST) throw new BrokenState('Advanced Blending Sequence');
  if (displayed.length > MOST) throw new BrokenState('Blending Display Sequence');
  const inputs = new Map(read.map((one) => [numberOf(one), inputOf(one)]));
  const numbered = displayed.filter((one) => '00701B02' in one);
  const steps = new Map(numbered.map((one) => [numberOf(one), stepOf(one)]));
  const [last, more] = displayed.filter((one) => !('00701B02' in one)).map(stepOf);
  const isTwice = inputs.size !== read.length || steps.size !== numbered.length || [...steps.keys()].some((n) => inputs.has(n));
  if (isTwice) throw new BrokenState('Blending Input Number');
  if (!last || more) throw new BrokenState('Blending Display Sequence');
  check(inputs, steps, last);
  const ordered = [...inputs.keys()].sort((a, b) => a - b);
  const chosen = ordered.find((n) => read.some((one) => numberOf(one) === n && isTrue(one, '00701B08')));
  return { inputs, steps, last, geometry: chosen ?? (ordered[0] as number) };
}

/** What is named of an input; a reference without a UID is the whole series. */
export function namedBy({ images, series, study }: Pick<BlendingInput, 'images' | 'series' | 'study'>): ImageReference[] {
  return images.length ? images.map((one) => ({ ...one, series, study })) : [{ uid: '', frames: [], series, study }];
}

/** Of every input, in its order; tolerant of all else. */
export function blendedImages(ds: DataSet): ImageReference[] {
  return items(ds, '00701B01').slice(0, MOST).flatMap((one) => namedBy({ images: readScope(one), series: text(one, '0020000E'), study: text(one, '0020000D') }));
}

/** A step that needs itself, or a number that nothing has, makes no picture. */
function check(inputs: ReadonlyMap<number, BlendingInput>, steps: ReadonlyMap<number, BlendingStep>, last: BlendingStep): void {
  const done = new Set(inputs.keys());
  for (let round = 0; round <= steps.size; round++) {
    for (const [n, step] of steps) if (step.inputs.every((one) => done.has(one))) done.add(n);
  }
  if (done.size !== inputs.size + steps.size || !last.inputs.every((n) => done.has(n))) throw new BrokenState('Blending Display Input Sequence');
}

function numberOf(one: DataSet): number {
  return exactly(one, '00701B02', 1, 'Blending Input Number')[0] as number;
}

function isTrue(one: DataSet, tag: string): boolean {
  return text(one, tag).toUpperCase() === 'TRUE';
}

function inputOf(one: DataSet): BlendingInput {
  if (isTrue(one, '00701B07')) throw new BrokenState('Time Series Blending');
  const tables = item(one, '00480120');
  const palette = tables && readPalette(tables, false);
  if (tables && !palette) throw new BrokenState('Palette Color Lookup Table Sequence');
  return {
    images: readScope(one), series: text(one, '0020000E'), study: text(one, '0020000D'),
    stage: readGreyStage(one), palette, thresholds: items(one, '00701B11').slice(0, MOST).map(threshold),
  };
}

const TYPES: readonly ThresholdType[] = ['RANGE_INCL', 'GREATER_OR_EQUAL', 'LESS_OR_EQUAL', 'GREATER_THAN', 'LESS_THAN'];

function threshold(one: DataSet): Threshold {
  const type = TYPES.find((known) => known === text(one, '00701B13').toUpperCase());
  if (!type) throw new BrokenState('Threshold Type');
  const limits = items(one, '00701B12').slice(0, MOST).flatMap((value) => numbers(value, '00701B14'));
  if (limits.length !== (type === 'RANGE_INCL' ? 2 : 1) || !limits.every(Number.isFinite)) throw new BrokenState('Threshold Value Sequence');
  return { type, limits: limits.sort((a, b) => a - b) };
}

function stepOf(one: DataSet): BlendingStep {
  const inputs = items(one, '00701B03').slice(0, MOST + 1).map(numberOf);
  const mode = text(one, '00701B06').toUpperCase();
  if (mode === 'EQUAL' && inputs.length >= 1 && inputs.length <= MOST) return { inputs, opacity: undefined };
  if (mode !== 'FOREGROUND' || inputs.length !== 2) throw new BrokenState('Blending Mode');
  const opacity = number(one, '00700403') ?? NaN;
  if (!(opacity >= 0 && opacity <= 1)) throw new BrokenState('Relative Opacity');
  return { inputs, opacity };
}

export function holds(v: number, { type, limits: [a = 0, b = 0] }: Threshold): boolean {
  switch (type) {
    case 'RANGE_INCL': return v >= a && v <= b;
    case 'GREATER_OR_EQUAL': return v >= a;
    case 'LESS_OR_EQUAL': return v <= a;
    case 'GREATER_THAN': return v > a;
    default: return v < a;
  }
}
