/** Colours of objects as PCS-values: CIELab, 0 to 65535 a number (PS3.3 C.10.7.1.1); to sRGB as IEC 61966-2-1, the same as render/lab.py. */
import { numbers, type DataSet } from './dicom-json';

/** As CSS writes it. */
export function cssOfLab([l = 0, a = 0, b = 0]: readonly number[]): string {
  return `lab(${((100 * l) / 65535).toFixed(2)} ${((255 * a) / 65535 - 128).toFixed(2)} ${((255 * b) / 65535 - 128).toFixed(2)})`;
}

export type Rgb = readonly [number, number, number];

/** Reference white of D50, and XYZ seen under it to linear sRGB (adapted by Bradford's matrix). */
const WHITE = [0.9642, 1, 0.8249] as const;
const TO_LINEAR = [[3.1338561, -1.6168667, -0.4906146], [-0.9787684, 1.9161415, 0.033454], [0.0719453, -0.2289914, 1.4052427]] as const;

/** lab: three times 16 bits; L* 0 to 100, a* and b* -128 to 127. Colours beyond sRGB are cut. 0..255 each. */
export function rgbOfLab([l, a, b]: Rgb): Rgb {
  const middle = (l / 655.35 + 16) / 116;
  const steps = [middle + (a / 257 - 128) / 500, middle, middle - (b / 257 - 128) / 200];
  const xyz = steps.map((t, i) => (t > 6 / 29 ? t ** 3 : (t - 4 / 29) * 3 * (6 / 29) ** 2) * (WHITE[i] as number));
  return TO_LINEAR.map((row) => {
    const v = Math.min(Math.max(row.reduce((sum, m, i) => sum + m * (xyz[i] as number), 0), 0), 1);
    return Math.round(255 * (v > 0.0031308 ? 1.055 * v ** (1 / 2.4) - 0.055 : 12.92 * v));
  }) as unknown as Rgb;
}

/** The colour of an attribute; undefined where it is none. */
export function labColour(ds: DataSet, tag: string): Rgb | undefined {
  const lab = numbers(ds, tag);
  return lab.length === 3 && lab.every((v) => v >= 0 && v <= 65535) ? rgbOfLab(lab as unknown as Rgb) : undefined;
}

const GOLDEN = 0.6180339887498949;

/** A colour for the nth of many that say none: neighbours are far apart in hue. */
export function ownColour(n: number): Rgb {
  const h = ((n * GOLDEN) % 1) * 6;
  const [least, rest] = [0.25, h - Math.floor(h)];
  const [up, down] = [least + 0.75 * rest, 1 - 0.75 * rest];
  const steps = [[1, up, least], [down, 1, least], [least, 1, up], [least, down, 1], [up, least, 1], [1, least, down]];
  return (steps[Math.floor(h) % 6] as number[]).map((v) => Math.round(v * 255)) as unknown as Rgb;
}
