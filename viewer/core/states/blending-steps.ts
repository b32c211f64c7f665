/** Several images in one plane blended step by step (PS3.4 N.2.6). */
import { shareOf, wordOf, type Presentation } from '../display';
import type { Frame } from '../frame';
import { isInverse, modalityOf, voisOf, type ImagePixel } from '../image-description';
import type { DataSet } from '../dicom-json';
import { applyModality } from '../modality';
import { windowOver, type Voi } from '../voi';
import { holds, type AdvancedBlending, type BlendingInput, type BlendingStep } from './advanced-blending';
import { nearest, sampled, type Grid } from './co-registered';
import { asSigned, modalityFor, scopedVoi } from './grey-stage';

/** RGB, 0 to 255 and not rounded, three a pixel; visible: 1 where there is something. */
export interface Seen {
  colours: Float64Array;
  visible: Uint8Array;
}

/** One image of an input. */
export interface Shown {
  frame: Frame;
  dataset: DataSet;
  uid: string;
  number: number;
  pixel: ImagePixel;
}

interface Size {
  rows: number;
  columns: number;
}

export function unseen({ rows, columns }: Size): Seen {
  return { colours: new Float64Array(3 * rows * columns), visible: new Uint8Array(rows * columns) };
}

/**
 * The greys of an input: the state's Modality LUT and window, else those of the image. palette: as words 0xAABBGGRR. chosen: the reader's window, it wins.
 */
export function inputGreys({ frame, dataset, uid, number, pixel }: Shown, { stage }: BlendingInput, palette: Uint32Array | undefined, chosen: Voi | undefined): Presentation {
  const modality = modalityFor(stage, uid, number) ?? modalityOf(dataset, number, pixel);
  const own = voisOf(dataset, number, pixel);
  const voi = chosen ?? scopedVoi(stage, uid, number) ?? own.find((v) => v.kind === 'lut') ?? own[0] ?? { kind: 'window' as const, window: rangeOf(frame, pixel, modality) };
  const isNegative = modality.kind === 'rescale' && (pixel.signed || modality.intercept < 0 || modality.slope < 0);
  return { modality, voi: voi.kind === 'lut' && isNegative ? { kind: 'lut', lut: asSigned(voi.lut) } : voi, inverse: isInverse(dataset, pixel), palette };
}

/** Up to 8 unsigned bits without a Modality LUT were made for a screen. */
function rangeOf(frame: Frame, { bitsStored, signed }: ImagePixel, modality: Presentation['modality']) {
  const isPlain = modality.kind === 'rescale' && modality.slope === 1 && modality.intercept === 0;
  if (bitsStored <= 8 && !signed && isPlain) return windowOver(0, 2 ** bitsStored - 1);
  const ends = [applyModality(frame.min, modality), applyModality(frame.max, modality)];
  return windowOver(Math.min(...ends), Math.max(...ends));
}

/** An image in the pixels of the one that is shown. grid: undefined where they are its own. Padding and what lies outside of the thresholds is not seen. */
export function seenOf({ frame, pixel }: Shown, input: BlendingInput, greys: Presentation, grid: Grid | undefined, size: Size): Seen {
  const seen = unseen(size);
  if (frame.colour) {
    for (let channel = 0; channel < 3; channel++) {
      const one = Float64Array.from({ length: frame.rows * frame.columns }, (_, i) => frame.samples[3 * i + channel] as number);
      const values = grid ? sampled(one, frame, grid, size) : one;
      for (let i = 0; i < values.length; i++) {
        if (Number.isNaN(values[i])) continue;
        seen.visible[i] = 1;
        seen.colours[3 * i + channel] = values[i] as number;
      }
    }
    return seen;
  }
  const values = grid ? sampled(frame.samples, frame, grid, size) : frame.samples;
  const stored = grid ? nearest(frame.samples, frame, grid, size) : frame.samples;
  const [low, high] = pixel.padding ?? [1, 0];
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    const at = stored[i] as number;
    if (Number.isNaN(v) || (at >= low && at <= high)) continue;
    if (input.thresholds.length && !input.thresholds.every((one) => holds(applyModality(at, greys.modality), one))) continue;
    const word = greys.palette && wordOf(v, greys);
    seen.visible[i] = 1;
    // Greys are not rounded before they are mixed.
    const grey = 255 * shareOf(v, greys);
    for (let channel = 0; channel < 3; channel++) seen.colours[3 * i + channel] = word === undefined ? grey : (word >>> (8 * channel)) & 255;
  }
  return seen;
}

/** The picture that the last step makes. of: an input by its number. */
export function blendedBy({ steps, last }: AdvancedBlending, of: (input: number) => Seen): Seen {
  const known = new Map<number, Seen>();
  const made = (n: number): Seen => {
    const step = steps.get(n);
    const found = known.get(n) ?? (step ? blended(step, step.inputs.map(made)) : of(n));
    known.set(n, found);
    return found;
  };
  return blended(last, last.inputs.map(made));
}

/** Padding weighs nothing, and is left where all are. */
function blended({ opacity }: BlendingStep, inputs: readonly Seen[]): Seen {
  const [first] = inputs as [Seen];
  const out: Seen = { colours: new Float64Array(first.colours.length), visible: new Uint8Array(first.visible.length) };
  const weights = new Float64Array(inputs.length);
  for (let i = 0; i < out.visible.length; i++) {
    let total = 0;
    inputs.forEach((one, n) => (total += weights[n] = one.visible[i] as number));
    if (!total) continue;
    if (opacity !== undefined && total === 2) {
      weights[0] = opacity;
      weights[1] = 1 - opacity;
      total = 1;
    }
    out.visible[i] = 1;
    for (let at = 3 * i; at < 3 * i + 3; at++) {
      let sum = 0;
      for (let n = 0; n < inputs.length; n++) sum += (weights[n] as number) * ((inputs[n] as Seen).colours[at] as number);
      out.colours[at] = sum / total;
    }
  }
  return out;
}

/** As words 0xAABBGGRR; black where nothing is. */
export function wordsOf({ colours, visible }: Seen): Uint32Array {
  const channel = (at: number) => Math.round(colours[at] as number);
  return Uint32Array.from(visible, (on, i) => (on ? (0xff000000 | (channel(3 * i + 2) << 16) | (channel(3 * i + 1) << 8) | channel(3 * i)) >>> 0 : 0xff000000));
}
