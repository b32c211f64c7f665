/**
 * Filters of the reader: second order sections run forwards and backwards, so that nothing is shifted in time. Butterworth high and low pass and a
 * notch by the bilinear transform. What lies beside the recording is its mirror image about the end (odd reflection), as scipy's filtfilt does.
 */

export interface Filters {
  /** Takes away drift of the base line. */
  baseline: boolean;
  /** Takes away muscle tremor. */
  muscle: boolean;
  /** Takes away hum of the mains; Hz, 0 for none. */
  mains: 0 | 50 | 60;
}

export const NO_FILTERS: Filters = { baseline: false, muscle: false, mains: 0 };
/** Hz */
export const BASELINE_HZ = 0.5;
export const MUSCLE_HZ = 35;
const NOTCH_WIDTH = 2;
/** Seconds before and behind that count for what is asked. */
const MARGIN = 6;

export function isOff({ baseline, muscle, mains }: Filters): boolean {
  return !baseline && !muscle && !mains;
}

/** b0 b1 b2 a1 a2, with a0 = 1. */
export type Section = readonly [number, number, number, number, number];

/** Those that can be at this rate: a low pass or notch above half of it takes nothing away. */
export function sectionsOf(filters: Filters, frequency: number): Section[] {
  const sections: Section[] = [];
  if (filters.baseline && BASELINE_HZ < frequency / 2) sections.push(butterworth(BASELINE_HZ, frequency, true));
  if (filters.muscle && MUSCLE_HZ < frequency / 2) sections.push(butterworth(MUSCLE_HZ, frequency, false));
  if (filters.mains && filters.mains < frequency / 2) sections.push(notch(filters.mains, frequency));
  return sections;
}

function butterworth(cutoff: number, frequency: number, high: boolean): Section {
  const k = Math.tan((Math.PI * cutoff) / frequency);
  const norm = 1 / (1 + Math.SQRT2 * k + k * k);
  const b = (high ? 1 : k * k) * norm;
  return [b, (high ? -2 : 2) * b, b, 2 * (k * k - 1) * norm, (1 - Math.SQRT2 * k + k * k) * norm];
}

function notch(centre: number, frequency: number): Section {
  const k = Math.tan((Math.PI * NOTCH_WIDTH) / frequency);
  const cos = Math.cos((2 * Math.PI * centre) / frequency);
  const norm = 1 / (1 + k);
  return [norm, -2 * cos * norm, norm, -2 * cos * norm, (1 - k) * norm];
}

interface Source {
  frequency: number;
  length: number;
  values(from: number, to: number): Float64Array;
}

/** Values from one sample up to another after the filters; NaN stays NaN. */
export function filtered(source: Source, filters: Filters, from: number, to: number): Float64Array {
  const sections = sectionsOf(filters, source.frequency);
  const margin = Math.min(Math.ceil(MARGIN * source.frequency), 1 << 19);
  const [a, b] = [Math.max(from - margin, 0), Math.min(to + margin, source.length)];
  if (!sections.length || b - a < 2) return source.values(from, to);
  const raw = source.values(a, b);
  let values = held(raw);
  for (const section of sections) values = bothWays(values, section, margin);
  return Float64Array.from({ length: Math.max(to - from, 0) }, (_, i) => {
    const at = from + i - a;
    return Number.isNaN(raw[at] ?? NaN) ? NaN : (values[at] as number);
  });
}

/** Gaps keep the last value there was. */
function held(raw: Float64Array): Float64Array {
  let last = raw.find((v) => !Number.isNaN(v)) ?? 0;
  return raw.map((v) => (last = Number.isNaN(v) ? last : v));
}

function bothWays(values: Float64Array, section: Section, margin: number): Float64Array {
  const pad = Math.min(margin, values.length - 1);
  const wide = new Float64Array(values.length + 2 * pad);
  const [head, tail] = [values[0] as number, values.at(-1) as number];
  for (let i = 0; i < pad; i++) {
    wide[i] = 2 * head - (values[pad - i] as number);
    wide[pad + values.length + i] = 2 * tail - (values[values.length - 2 - i] as number);
  }
  wide.set(values, pad);
  run(wide, section);
  wide.reverse();
  run(wide, section);
  wide.reverse();
  return wide.slice(pad, pad + values.length);
}

/** In place, transposed direct form II; begins as if the first value had been there for ever. */
function run(values: Float64Array, [b0, b1, b2, a1, a2]: Section): void {
  const first = values[0] as number;
  const still = ((b0 + b1 + b2) / (1 + a1 + a2)) * first;
  let z2 = b2 * first - a2 * still;
  let z1 = b1 * first - a1 * still + z2;
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    const y = b0 * x + z1;
    z1 = b1 * x - a1 * y + z2;
    z2 = b2 * x - a2 * y;
    values[i] = y;
  }
}
