/** What a place in an ultrasound picture measures: Sequence of Ultrasound Regions (PS3.3 C.8.5.5). */
import { items, number, type DataSet } from './dicom-json';

/** A value along one axis of a region with its unit, such as 1.19 m/s. */
export interface Calibrated {
  value: number;
  unit: string;
}

/** Physical Units X and Y Direction (C.8.5.5.1.15). 0 is none: the axis is not measured. */
const UNITS = ['', '%', 'dB', 'cm', 's', 'Hz', 'dB/s', 'cm/s', 'cm²', 'cm²/s', 'cm³', 'cm³/s', '°'];
/** '' for none and for codes that are not known. */
export function unitOf(code: number | undefined): string {
  return UNITS[code ?? 0] ?? '';
}

/** Region Flags bit 0 (C.8.5.5.1.3): another region's pixels lie over this one's. */
const LOW_PRIORITY = 1;

/** The region a pixel lies in: of several one of high priority, else the last; edges belong to it. */
export function regionAt(ds: DataSet, column: number, row: number): DataSet | undefined {
  const holding = items(ds, '00186011').filter((r) => {
    const [x0, y0, x1, y1] = ['00186018', '0018601A', '0018601C', '0018601E'].map((tag) => number(r, tag) ?? -1) as [number, number, number, number];
    return column >= x0 && column <= x1 && row >= y0 && row <= y1;
  });
  return holding.find((r) => !((number(r, '00186016') ?? 0) & LOW_PRIORITY)) ?? holding.at(-1);
}

/**
 * What the axes say at a pixel (from 0): across and down. Reference Pixel X0 and Y0 count from the region's corner
 * (C.8.5.5.1.14); without one only distances could be told, so nothing is.
 */
export function calibratedAt(ds: DataSet, column: number, row: number): { x?: Calibrated; y?: Calibrated } | undefined {
  const region = regionAt(ds, column, row);
  if (!region) return undefined;
  const x = axis(region, column - (number(region, '00186018') ?? 0), ['00186020', '00186028', '0018602C', '00186024']);
  const y = axis(region, row - (number(region, '0018601A') ?? 0), ['00186022', '0018602A', '0018602E', '00186026']);
  return x || y ? { ...(x ? { x } : {}), ...(y ? { y } : {}) } : undefined;
}

function axis(region: DataSet, at: number, tags: [string, string, string, string]): Calibrated | undefined {
  const [reference, physical, delta, code] = tags.map((tag) => number(region, tag));
  const unit = UNITS[code ?? 0];
  if (reference === undefined || delta === undefined || !unit) return undefined;
  return { value: (physical ?? 0) + (at - reference) * delta, unit };
}

/** Between two places (image points) of one region: along each measured axis, b minus a, with the axis's unit. Undefined where they lie in different regions or in none. */
export function spanOf(ds: DataSet, a: readonly [number, number], b: readonly [number, number]): { x?: Calibrated; y?: Calibrated } | undefined {
  const region = regionAt(ds, Math.floor(a[0]), Math.floor(a[1]));
  if (!region || regionAt(ds, Math.floor(b[0]), Math.floor(b[1])) !== region) return undefined;
  const along = (by: number, delta: string, code: string): Calibrated | undefined => {
    const step = number(region, delta);
    const unit = unitOf(number(region, code));
    return step && unit ? { value: by * step, unit } : undefined;
  };
  const [x, y] = [along(b[0] - a[0], '0018602C', '00186024'), along(b[1] - a[1], '0018602E', '00186026')];
  return { ...(x ? { x } : {}), ...(y ? { y } : {}) };
}
