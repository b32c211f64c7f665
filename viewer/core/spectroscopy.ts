/** MR Spectroscopy (PS3.3 C.8.14): voxels, their spectra, the axis in ppm. Nothing here throws on odd input. */
import { number, numbers, items, text, type DataSet } from './dicom-json';
import { fourier, type Complex } from './fourier';
import { boxOfSlabs, type Box } from './boxes';
import { functionalGroup, planeOf } from './image-description';
import { cross, dot, type Point3 } from './geometry';

/** What the Spectroscopy Data hold; the order is frames, rows, columns, data points (C.8.14.4.1). */
export interface Spectra {
  frames: number;
  rows: number;
  columns: number;
  /** Data points of a spectrum, and how many of those there are along the second dimension (Data Point Rows). */
  points: number;
  pointRows: number;
  second: SecondDimension;
  parts: 'complex' | 'real' | 'imaginary' | 'magnitude';
  /** TIME has to be transformed; FREQUENCY is a spectrum already. */
  isTime: boolean;
  /** Hz */
  width: number;
  /** MHz */
  transmitter: number;
  /** ppm in the middle of the spectrum. */
  reference: number;
  nucleus: string;
  /** Positive frequencies lie at higher ppm: the signal was written the other way round. */
  isMirrored: boolean;
  values: Float32Array;
}

/** The second values of what is said of both dimensions, else the first ones (C.8.14.1). */
export interface SecondDimension {
  isTime: boolean;
  width: number;
  transmitter: number;
  reference: number;
}

export type SpectraFault = 'shape' | 'data' | 'axis';

const MOST_POINTS = 1 << 20;
const PARTS: Record<string, Spectra['parts']> = { COMPLEX: 'complex', REAL: 'real', IMAGINARY: 'imaginary', MAGNITUDE: 'magnitude' };

/** bytes: the Spectroscopy Data, little endian. What cannot be gives the reason. */
export function readSpectra(ds: DataSet, bytes: Uint8Array): Spectra | SpectraFault {
  const count = (tag: string, usual: number) => Math.trunc(number(ds, tag) ?? usual);
  const [rows, columns, points] = [count('00280010', 0), count('00280011', 0), count('00289002', 0)];
  const pointRows = Math.max(count('00289001', 1), 1);
  const parts = PARTS[text(ds, '00289108').toUpperCase()] ?? 'complex';
  const [width, transmitter] = [number(ds, '00189052') ?? NaN, number(ds, '00189098') ?? NaN];
  if (!(rows > 0 && columns > 0 && points > 1 && points <= MOST_POINTS)) return 'shape';
  const each = rows * columns * pointRows * points * (parts === 'complex' ? 2 : 1);
  const there = Math.floor(bytes.byteLength / 4 / each);
  const frames = Math.min(Math.max(count('00280008', 1), 1), there);
  if (frames < 1) return 'data';
  if (!(width > 0 && width < 1e9)) return 'axis';
  const copy = bytes.slice(0, frames * each * 4);
  return {
    frames, rows, columns, points, pointRows, parts, width,
    transmitter: transmitter > 0 && transmitter < 1e6 ? transmitter : NaN,
    second: secondOf(ds),
    isTime: (text(ds, '00289003') || 'TIME') !== 'FREQUENCY' && parts === 'complex',
    reference: number(ds, '00189053') ?? (text(ds, '00189100') === '1H' ? 4.7 : 0),
    nucleus: text(ds, '00189100').slice(0, 16),
    // Philips writes the conjugate of what others write (seen in its objects; other readers turn it round too).
    isMirrored: /philips/i.test(text(ds, '00080070')),
    values: new Float32Array(copy.buffer),
  };
}

function secondOf(ds: DataSet): SecondDimension {
  const value = (tag: string) => numbers(ds, tag)[1] ?? number(ds, tag) ?? NaN;
  const [width, transmitter, reference] = [value('00189052'), value('00189098'), value('00189053')];
  return {
    isTime: (text(ds, '00289235') || 'TIME') !== 'FREQUENCY', width: width > 0 && width < 1e9 ? width : NaN,
    transmitter: transmitter > 0 && transmitter < 1e6 ? transmitter : NaN, reference: Number.isFinite(reference) ? reference : 0,
  };
}

export interface Voxel {
  /** From 0. */
  frame: number;
  row: number;
  column: number;
}

/** The data points of a voxel as they are stored. line: along the second dimension. */
export function signalOf(spectra: Spectra, { frame, row, column }: Voxel, line = 0): Complex {
  const { rows, columns, points, pointRows, parts, values } = spectra;
  const isComplex = parts === 'complex';
  const start = (((frame * rows + row) * columns + column) * pointRows + line) * points * (isComplex ? 2 : 1);
  const part = (offset: number) => Float64Array.from({ length: points }, (_, i) => finite(values[start + (isComplex ? 2 * i + offset : i)]));
  return { re: part(0), im: isComplex ? part(1) : new Float64Array(points) };
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}

/** Its spectrum in the order of the axis: high ppm first. mirrored: ppm rise with frequency. */
export function spectrumOf(spectra: Spectra, voxel: Voxel, mirrored: boolean, line = 0): Complex {
  const signal = signalOf(spectra, voxel, line);
  if (!spectra.isTime) return mirrored ? { re: signal.re.reverse(), im: signal.im.reverse() } : signal;
  if (mirrored) signal.im = signal.im.map((v) => -v);
  return centred(fourier(signal));
}

/** From the most negative frequency on, which is the highest ppm. */
function centred({ re, im }: Complex): Complex {
  const half = Math.ceil(re.length / 2);
  const shifted = (part: Float64Array) => Float64Array.from([...part.subarray(half), ...part.subarray(0, half)]);
  return { re: shifted(re), im: shifted(im) };
}

/** Points of the map of a voxel: more are not transformed. */
const MOST_MAPPED = 1 << 22;

/** Magnitudes of both dimensions, transformed where they are time: rows of `points`, each from high ppm on; undefined when there are too many. */
export function mapOf(spectra: Spectra, voxel: Voxel, mirrored: boolean): Float32Array | undefined {
  const { points, pointRows, second } = spectra;
  if (points * pointRows > MOST_MAPPED) return undefined;
  const lines = Array.from({ length: pointRows }, (_, line) => spectrumOf(spectra, voxel, mirrored, line));
  const out = new Float32Array(points * pointRows);
  for (let c = 0; c < points; c++) {
    const column: Complex = { re: Float64Array.from(lines, (l) => l.re[c] as number), im: Float64Array.from(lines, (l) => l.im[c] as number) };
    const { re, im } = second.isTime ? centred(fourier(column)) : column;
    for (let r = 0; r < pointRows; r++) out[r * points + c] = Math.hypot(re[r] as number, im[r] as number);
  }
  return out;
}

/** Of the second dimension; points by their numbers where nothing is said of it. */
export function secondAxisOf({ pointRows, second }: Spectra): { values: Float64Array; unit: 'ppm' | 'Hz' | '' } {
  if (Number.isNaN(second.width)) return { values: Float64Array.from({ length: pointRows }, (_, i) => pointRows - i), unit: '' };
  return axisOf({ points: pointRows, ...second });
}

/** The place of each point on the axis: ppm, or Hz where no transmitter frequency is known. Falls from the first to the last. */
export function axisOf({ points, width, transmitter, reference }: Pick<Spectra, 'points' | 'width' | 'transmitter' | 'reference'>): { values: Float64Array; unit: 'ppm' | 'Hz' } {
  const half = Math.floor(points / 2);
  const hertz = (i: number) => ((i - half) * width) / points;
  const isPpm = Number.isFinite(transmitter);
  return { unit: isPpm ? 'ppm' : 'Hz', values: Float64Array.from({ length: points }, (_, i) => (isPpm ? reference - hertz(i) / transmitter : -hertz(i))) };
}

export type Shown = 'real' | 'imaginary' | 'magnitude';

/** Turned by zero order phase (degrees) and first order phase (degrees a ppm, or a Hz) about a pivot of the axis. */
export function phased({ re, im }: Complex, axis: Float64Array, shown: Shown, zero: number, first: number, pivot: number): Float64Array {
  return re.map((a, i) => {
    const b = im[i] as number;
    if (shown === 'magnitude') return Math.hypot(a, b);
    const angle = ((zero + first * ((axis[i] as number) - pivot)) * Math.PI) / 180;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    return shown === 'real' ? a * c - b * s : a * s + b * c;
  });
}

/** The zero order phase (degrees) at which the sum of the real part is greatest. */
export function bestPhase({ re, im }: Complex): number {
  let [a, b] = [0, 0];
  for (let i = 0; i < re.length; i++) {
    // Large peaks count more: noise turns every way.
    const weight = Math.hypot(re[i] as number, im[i] as number);
    a += weight * (re[i] as number);
    b += weight * (im[i] as number);
  }
  return a || b ? (-Math.atan2(b, a) * 180) / Math.PI : 0;
}

/** Where a voxel lies in the patient: of a single one the slabs that hold it, of a grid by position and spacing; undefined where nothing says it. */
export function boxOf(ds: DataSet, { rows, columns }: Pick<Spectra, 'rows' | 'columns'>, { frame, row, column }: Voxel): Box | undefined {
  const slabs = items(ds, '00189126').slice(0, 3).flatMap((slab) => {
    const [normal, middle] = [numbers(slab, '00189105'), numbers(slab, '00189106')];
    return isDirection(normal) && middle.length === 3 ? [{ thickness: number(slab, '00189104') ?? 0, normal: normal as Point3, middle: middle as Point3 }] : [];
  });
  const single = rows * columns === 1 ? boxOfSlabs(slabs) : undefined;
  const plane = planeOf(ds, frame + 1);
  const measures = functionalGroup(ds, frame + 1, '00289110') ?? ds;
  const [down = 0, across = 0] = numbers(measures, '00280030');
  if (single || !plane || !(down > 0 && across > 0)) return single;
  const thick = number(measures, '00180050') || slabs.find((s) => Math.abs(dot(s.normal, cross(plane.row, plane.column))) > 0.9)?.thickness || Math.min(down, across);
  const scaled = (v: Point3, by: number) => v.map((x) => x * by) as Point3;
  const centre = plane.position.map((p, k) => p + column * across * (plane.row[k] as number) + row * down * (plane.column[k] as number)) as Point3;
  return { centre, halves: [scaled(plane.row, across / 2), scaled(plane.column, down / 2), scaled(cross(plane.row, plane.column), thick / 2)] };
}

function isDirection(v: readonly number[]): boolean {
  return v.length === 3 && Math.abs(Math.hypot(...v) - 1) < 0.1;
}
