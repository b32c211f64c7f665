/** CIELab as DICOM writes it, to sRGB (PS3.3 C.10.7.1.1, IEC 61966-2-1). */
import { numbers, type DataSet } from '../dicom-json';

/** Three times 16 bits. */
export type Lab = readonly [number, number, number];
export type Rgb = readonly [number, number, number];

/** Undefined when absent or not three numbers of 16 bits. */
export function readLab(ds: DataSet | undefined, tag: string): Lab | undefined {
  const [l, a, b, more] = numbers(ds, tag);
  if (l === undefined || a === undefined || b === undefined || more !== undefined) return undefined;
  return [l, a, b].every((v) => v >= 0 && v <= 0xffff) ? [l, a, b] : undefined;
}

/** XYZ seen under D50 to linear sRGB, whose D65 is adapted by Bradford's matrix. */
export const D50_TO_LINEAR = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
] as const;
export const WHITE_D50 = [0.9642, 1.0, 0.8249] as const;

/** L* 0 to 100, a* and b* -128 to 127, each over 16 bits; colours beyond sRGB are cut. 8 bits a channel. */
export function rgbOfLab([l, a, b]: Lab): Rgb {
  const middle = (l / 655.35 + 16) / 116;
  const steps = [middle + (a / 257 - 128) / 500, middle, middle - (b / 257 - 128) / 200];
  const xyz = steps.map((s, i) => (s > 6 / 29 ? s ** 3 : (s - 4 / 29) * 3 * (6 / 29) ** 2) * (WHITE_D50[i] as number));
  return D50_TO_LINEAR.map(([x, y, z]) => eightBits(x * (xyz[0] as number) + y * (xyz[1] as number) + z * (xyz[2] as number))) as unknown as Rgb;
}

/** Linear light 0..1 to sRGB of 8 bits. */
export function eightBits(linear: number): number {
  const v = Math.min(Math.max(linear, 0), 1);
  return Math.round(255 * (v > 0.0031308 ? 1.055 * v ** (1 / 2.4) - 0.055 : 12.92 * v));
}
