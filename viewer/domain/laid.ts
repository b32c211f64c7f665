/** How an object of another kind lies over images, as JSON that outlives a reload and comes back by undo. Pure values. */
import type { Rgb } from '../core/lab';

/** opacity: of areas, 0..1. outline: lines only. hidden, colours: by the number of a segment or a surface. */
export interface Laid {
  on: boolean;
  opacity: number;
  outline: boolean;
  hidden: readonly number[];
  colours: readonly (readonly [number, Rgb])[];
}

export const FIRST_LAID: Laid = { on: false, opacity: 0.4, outline: false, hidden: [], colours: [] };

/** Segment Number is 16 bits. */
const MOST = 65_536;

/** What was kept may be anything. */
export function readLaid(value: unknown): Laid {
  const v = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<keyof Laid, unknown>>;
  return {
    on: v.on === true,
    opacity: typeof v.opacity === 'number' && v.opacity >= 0 && v.opacity <= 1 ? v.opacity : FIRST_LAID.opacity,
    outline: v.outline === true,
    hidden: Array.isArray(v.hidden) ? v.hidden.slice(0, MOST).filter(isNumber) : [],
    colours: Array.isArray(v.colours) ? v.colours.slice(0, MOST).filter(isColoured) : [],
  };
}

/** Numbers are hidden, or seen again. */
export function withHidden({ hidden }: Laid, numbers: readonly number[], hide: boolean): Pick<Laid, 'hidden'> {
  const others = new Set(hidden);
  for (const n of numbers) if (hide) others.add(n);
  else others.delete(n);
  return { hidden: [...others] };
}

export function withColour({ colours }: Laid, number: number, colour: Rgb): Pick<Laid, 'colours'> {
  return { colours: [...colours.filter(([n]) => n !== number), [number, colour]] };
}

function isNumber(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 32;
}

function isColoured(value: unknown): value is readonly [number, Rgb] {
  const [n, colour] = Array.isArray(value) ? (value as unknown[]) : [];
  return isNumber(n) && Array.isArray(colour) && colour.length === 3 && colour.every((c) => isNumber(c) && c <= 255);
}
