/**
 * Projections for processing: the detector's counts before the maker's processing (PS3.3 C.8.11.1, C.8.11.3.1.2).
 * Counts fall exponentially with what the beam passes; their logarithm, bright where little came through, is what a film showed.
 */
import { number, text, type DataSet } from './dicom-json';
import { applyModality, type Modality } from './modality';
import { t } from './language';
import type { Frame } from './frame';
import type { Lut } from './voi';

const BITS = 16;
/** Of the pixels that are left out at either end: letters of lead, dead pixels, direct beam. */
const SHARE = 0.005;

/** Presentation Intent Type FOR PROCESSING, and pixels in linear proportion to the intensity of the beam. */
export function isRawProjection(ds: DataSet): boolean {
  return text(ds, '00080068') === 'FOR PROCESSING' && text(ds, '00281040') === 'LIN';
}

/** Low values are to be bright: they had less of the beam (Pixel Intensity Relationship Sign 1). Undefined where the object does not say. */
export function isLowBright(ds: DataSet): boolean | undefined {
  const sign = number(ds, '00281041');
  return sign === 1 ? true : sign === -1 ? false : undefined;
}

/** Modality values to their logarithm, over the values that the frame has. Undefined for a frame of one value, or colours. padding: stored values that count for nothing. */
export function logarithm(frame: Frame, modality: Modality, padding?: readonly [number, number]): Lut | undefined {
  const ends = frame.colour ? undefined : endsOf(frame, padding);
  if (!ends) return undefined;
  const [first, last] = ends.map((stored) => Math.round(applyModality(stored, modality))).sort((a, b) => a - b) as [number, number];
  const count = last - first + 1;
  if (count < 2 || count > 2 ** BITS) return undefined;
  const lift = Math.max(1 - first, 0);
  const [low, high] = [Math.log(first + lift), Math.log(last + lift)];
  const entries = Uint16Array.from({ length: count }, (_, i) => Math.round(((Math.log(first + i + lift) - low) / (high - low)) * (2 ** BITS - 1)));
  return { first, bits: BITS, entries, explanation: t('Logarithm of raw values') };
}

/** The values between which nearly all pixels lie. */
function endsOf({ samples, min, max }: Frame, padding: readonly [number, number] | undefined): [number, number] | undefined {
  if (!Number.isInteger(min) || !Number.isInteger(max) || max - min > 2 ** 24) return undefined;
  const counts = new Uint32Array(max - min + 1);
  let all = 0;
  for (const v of samples) {
    if (padding && v >= padding[0] && v <= padding[1]) continue;
    counts[v - min] = (counts[v - min] as number) + 1;
    all++;
  }
  const upTo = (share: number) => {
    let sum = 0;
    for (let i = 0; i < counts.length; i++) if ((sum += counts[i] as number) > share * all) return i + min;
    return max;
  };
  const ends: [number, number] = [upTo(SHARE), upTo(1 - SHARE)];
  return all && ends[0] < ends[1] ? ends : undefined;
}
