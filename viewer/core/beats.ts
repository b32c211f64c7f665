/** Heart beats of an ECG: where its QRS complexes are steepest, and the intervals that follow. Counted, never interpreted. */

interface Source {
  frequency: number;
  start: number;
  length: number;
  values(from: number, to: number): Float64Array;
}

/** Seconds: two beats are not nearer; a QRS is about as long; how far back the usual height is looked for. */
export const REFRACTORY = 0.24;
const QRS = 0.1;
const MEMORY = 8;
/** Hz: more is not needed to find beats. */
const ENOUGH = 250;
/** Moments of the R (or S) peaks, in seconds from the acquisition, between two samples. */
export function beatsOf(source: Source, from = 0, to = source.length): number[] {
  const step = Math.max(1, Math.floor(source.frequency / ENOUGH));
  const raw = source.values(from, to);
  const count = Math.floor(raw.length / step);
  const rate = source.frequency / step;
  const energy = energyOf(raw, step, count, rate);
  const beats: number[] = [];
  const [apart, window] = [Math.ceil(REFRACTORY * rate), Math.ceil(MEMORY * rate)];
  const highest = slidingMax(energy, window);
  for (let i = 1; i < count - 1; i++) {
    const here = energy[i] as number;
    if (!(here > 0.25 * (highest[i] as number)) || here <= 0) continue;
    let best = i;
    for (let j = i; j < Math.min(i + apart, count); j++) if ((energy[j] as number) > (energy[best] as number)) best = j;
    beats.push(source.start + (from + peakNear(raw, best * step, source.frequency)) / source.frequency);
    i = best + apart;
  }
  return beats;
}

/** Squared slope, summed over a QRS. */
function energyOf(raw: Float64Array, step: number, count: number, rate: number): Float64Array {
  const squares = new Float64Array(count);
  for (let i = 1; i < count; i++) {
    const slope = (raw[i * step] as number) - (raw[(i - 1) * step] as number);
    squares[i] = Number.isNaN(slope) ? 0 : slope * slope;
  }
  const half = Math.max(1, Math.round((QRS / 2) * rate));
  const sums = new Float64Array(count);
  let sum = 0;
  for (let i = -half; i < count; i++) {
    sum += (squares[i + half] ?? 0) - (squares[i - half - 1] ?? 0);
    if (i >= 0) sums[i] = Math.max(sum, 0);
  }
  return sums;
}

/** The greatest of the values around each, half of the window to either side. */
function slidingMax(values: Float64Array, window: number): Float64Array {
  const [out, half] = [new Float64Array(values.length), Math.floor(window / 2)];
  const queue: number[] = [];
  let head = 0;
  for (let i = 0; i < values.length + half; i++) {
    if (i < values.length) {
      while (queue.length > head && (values[queue.at(-1) as number] as number) <= (values[i] as number)) queue.pop();
      queue.push(i);
    }
    const centre = i - half;
    if (centre < 0) continue;
    while ((queue[head] ?? Infinity) < centre - half) head++;
    out[centre] = values[queue[head] as number] ?? 0;
  }
  return out;
}

/** The sample within a QRS that lies farthest from the middle of the values around it. */
function peakNear(raw: Float64Array, at: number, frequency: number): number {
  const reach = Math.round(QRS * frequency);
  const [a, b] = [Math.max(at - reach, 0), Math.min(at + reach + 1, raw.length)];
  const around = raw.slice(a, b).filter((v) => !Number.isNaN(v)).sort();
  const middle = around[Math.floor(around.length / 2)] ?? 0;
  let best = at;
  for (let i = a; i < b; i++) if (Math.abs((raw[i] as number) - middle) > Math.abs((raw[best] as number) - middle)) best = i;
  return best;
}

/** Mean time between neighbouring beats, seconds; undefined with fewer than two. */
export function meanInterval(beats: readonly number[]): number | undefined {
  if (beats.length < 2) return undefined;
  return ((beats.at(-1) as number) - (beats[0] as number)) / (beats.length - 1);
}

/** Corrected QT in seconds: by the square root (Bazett 1920) and the cube root (Fridericia 1920) of RR in seconds. */
export function bazett(qt: number, rr: number): number {
  return qt / Math.sqrt(rr);
}

export function fridericia(qt: number, rr: number): number {
  return qt / Math.cbrt(rr);
}
