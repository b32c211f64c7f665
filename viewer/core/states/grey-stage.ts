/** How a presentation state, or a part of one, makes greys; what it leaves out is the identity (PS3.3 C.11.1, C.11.8, PS3.4 N.2.1). */
import { items, numbers, text, type DataSet } from '../dicom-json';
import type { Presentation } from '../display';
import type { ImagePixel } from '../image-description';
import { readLut } from '../luts';
import { IDENTITY, type Modality } from '../modality';
import { isValidWindow, windowOver, type Lut, type Voi } from '../voi';
import { BrokenState, exactly, inScope, MOST_ITEMS, oneOf, readScope, type Scope } from './strict';

export interface GreyStage {
  /** None for an image: the identity, whatever the image says. */
  modalities: readonly { scope: Scope; modality: Modality }[];
  vois: readonly { scope: Scope; voi: Voi }[];
}

export const NO_STAGE: GreyStage = { modalities: [], vois: [] };

/**
 * The Modality LUT Macro, one of all images or one of some each (C.11.35), and the Softcopy VOI LUT Sequence. Throws BrokenState for a broken one; table data
 * must be inline.
 */
export function readGreyStage(ds: DataSet): GreyStage {
  const one = modality(ds);
  const some = items(ds, '00283001').slice(0, MOST_ITEMS).map((item) => ({ scope: readScope(item), modality: modality(item) }));
  if (some.some(({ scope, modality: of }) => !scope.length || !of)) throw new BrokenState('Variable Modality LUT Sequence');
  const modalities = [...(some as { scope: Scope; modality: Modality }[]), ...(one ? [{ scope: [], modality: one }] : [])];
  return { modalities, vois: items(ds, '00283110').slice(0, MOST_ITEMS).map((item) => ({ scope: readScope(item), voi: voiOf(item) })) };
}

export function tableOf(item: DataSet, name: string): Lut {
  const lut = readLut(item, false);
  if (!lut?.entries.length) throw new BrokenState(name);
  return lut;
}

function modality(ds: DataSet): Modality | undefined {
  const [table] = items(ds, '00283000');
  if (table) return { kind: 'lut', lut: tableOf(table, 'Modality LUT Sequence'), unit: text(table, '00283004') };
  if (!('00281053' in ds) && !('00281052' in ds)) return undefined;
  const [slope] = exactly(ds, '00281053', 1, 'Rescale Slope');
  const [intercept] = exactly(ds, '00281052', 1, 'Rescale Intercept');
  if (!slope) throw new BrokenState('Rescale Slope');
  return { kind: 'rescale', slope, intercept: intercept ?? 0, unit: text(ds, '00281054') };
}

/** The VOI LUT Macro of an item; undefined where it says nothing. Throws BrokenState. */
export function readVoi(item: DataSet): Voi | undefined {
  return items(item, '00283010').length || '00281050' in item ? voiOf(item) : undefined;
}

function voiOf(item: DataSet): Voi {
  const [table] = items(item, '00283010');
  if (table) return { kind: 'lut', lut: tableOf(table, 'VOI LUT Sequence') };
  const [center, width] = [numbers(item, '00281050')[0], numbers(item, '00281051')[0]];
  const window = { center: center ?? NaN, width: width ?? NaN, function: oneOf(item, '00281056', ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'], 'VOI LUT Function'), explanation: text(item, '00281055') };
  if (!isValidWindow(window)) throw new BrokenState('Window Width');
  return { kind: 'window', window };
}

/** Undefined: the state has none for that frame. */
export function modalityFor({ modalities }: GreyStage, uid: string, frame: number): Modality | undefined {
  return modalities.find(({ scope }) => inScope(scope, uid, frame))?.modality;
}

export function scopedVoi({ vois }: GreyStage, uid: string, frame: number): Voi | undefined {
  return vois.find(({ scope }) => inScope(scope, uid, frame))?.voi;
}

/** First Value Mapped as two's complement. */
export function asSigned(lut: Lut): Lut {
  return lut.first > 0x7fff ? { ...lut, first: lut.first - 0x10000 } : lut;
}

/**
 * The transformation of one frame. Its own Modality LUT, VOI, Presentation LUT Shape and even MONOCHROME1 count for nothing.
 * subtracted: the values are differences of stored ones. chosen: the reader's window, it wins.
 */
export function stateGreys(pixel: ImagePixel, stage: GreyStage, lut: Lut | boolean, uid: string, frame: number, subtracted: boolean, chosen: Voi | undefined): Presentation {
  let m = modalityFor(stage, uid, frame) ?? IDENTITY;
  if (m.kind === 'lut' && (pixel.signed || subtracted)) m = { ...m, lut: asSigned(m.lut) };
  const negative = subtracted || (m.kind === 'rescale' && (pixel.signed || m.intercept < 0 || m.slope < 0));
  let v = chosen ?? scopedVoi(stage, uid, frame) ?? identityVoi(pixel, m, subtracted);
  if (v.kind === 'lut' && negative) v = { kind: 'lut', lut: asSigned(v.lut) };
  return { modality: m, voi: v, inverse: lut === true, table: typeof lut === 'object' ? lut : undefined };
}

/** One for each pair of these, so that what is painted already is known again. */
const identities = new Map<string, Voi>();

/** The window over every value there can be, which an absent VOI LUT stands for. */
export function identityVoi(pixel: ImagePixel, m: Modality, subtracted: boolean): Voi {
  const [low, high] = everyValue(pixel, m, subtracted);
  const key = `${low} ${high}`;
  const known = identities.get(key) ?? { kind: 'window', window: windowOver(low, high) };
  identities.set(key, known);
  return known;
}

function everyValue({ bitsStored, signed, float }: ImagePixel, m: Modality, subtracted: boolean): [number, number] {
  if (m.kind === 'lut') return [0, 2 ** m.lut.bits - 1];
  if (float) return [0, 1];
  const span = 2 ** bitsStored - 1;
  const low = subtracted ? -span : signed ? -(span + 1) / 2 : 0;
  const ends = [low, subtracted ? span : low + span].map((v) => v * m.slope + m.intercept);
  return [Math.min(...ends), Math.max(...ends)];
}
