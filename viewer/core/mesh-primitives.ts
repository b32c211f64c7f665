/** Points and primitives of Surface Sequence (PS3.3 C.27.1, C.27.4) as lists of indices from 0. */

/** What is made of a list of points: each third triangle of a strip or fan is turned round, so that all look to one side. */
export function strip(points: ArrayLike<number>): number[] {
  const out: number[] = [];
  for (let i = 2; i < points.length; i++) {
    const [a, b, c] = [points[i - 2] as number, points[i - 1] as number, points[i] as number];
    out.push(...(i % 2 === 0 ? [a, b, c] : [b, a, c]));
  }
  return out;
}

/** A fan, or a facet: a convex polygon. */
export function fan(points: ArrayLike<number>): number[] {
  const out: number[] = [];
  for (let i = 2; i < points.length; i++) out.push(points[0] as number, points[i - 1] as number, points[i] as number);
  return out;
}

/** Pieces of a line through points. */
export function lineBetween(points: ArrayLike<number>): number[] {
  const out: number[] = [];
  for (let i = 1; i < points.length; i++) out.push(points[i - 1] as number, points[i] as number);
  return out;
}

/** DICOM counts points from 1; what names no point is left out. */
export function fromOne(points: ArrayLike<number>, count: number, each: number): Uint32Array {
  const whole = points.length - (points.length % each);
  const out = new Uint32Array(whole);
  let n = 0;
  for (let i = 0; i < whole; i += each) {
    let fits = true;
    for (let k = 0; k < each; k++) fits = fits && (points[i + k] as number) >= 1 && (points[i + k] as number) <= count;
    if (fits) for (let k = 0; k < each; k++) out[n++] = (points[i + k] as number) - 1;
  }
  return out.subarray(0, n);
}

/** Little endian values of a byte block; what is left over at its end counts for nothing. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice(0, bytes.length & ~3).buffer);
}

export function doublesOf(bytes: Uint8Array): Float64Array {
  return new Float64Array(bytes.slice(0, bytes.length & ~7).buffer);
}

export function longsOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.slice(0, bytes.length & ~3).buffer);
}

export function shortsOf(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(bytes.slice(0, bytes.length & ~1).buffer);
}

/** mm along a line through points, three numbers each; a step to or from what is not finite counts for nothing. */
export function lengthOfLine(points: Float32Array): number {
  let sum = 0;
  for (let i = 5; i < points.length; i += 3) {
    const step = Math.hypot((points[i - 2] as number) - (points[i - 5] as number), (points[i - 1] as number) - (points[i - 4] as number), (points[i] as number) - (points[i - 3] as number));
    if (Number.isFinite(step)) sum += step;
  }
  return sum;
}

/** Triangles, lines or points whose vertices all are numbers. */
export function onFinite(positions: Float32Array, indices: Uint32Array, each: number): Uint32Array {
  const isFinite = (v: number) => Number.isFinite(positions[3 * v]) && Number.isFinite(positions[3 * v + 1]) && Number.isFinite(positions[3 * v + 2]);
  const out = new Uint32Array(indices.length);
  let n = 0;
  for (let i = 0; i + each <= indices.length; i += each) {
    let fits = true;
    for (let k = 0; k < each; k++) fits = fits && isFinite(indices[i + k] as number);
    if (fits) for (let k = 0; k < each; k++) out[n++] = indices[i + k] as number;
  }
  return out.subarray(0, n);
}
