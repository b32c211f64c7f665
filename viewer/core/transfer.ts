/** Transfer functions of 3D pictures: modality values to colour and opacity. */

/** value in the unit of the function; red, green, blue 0..255; opacity 0..1 for each millimetre. */
export type TransferPoint = readonly [value: number, red: number, green: number, blue: number, opacity: number];

export interface Transfer {
  points: readonly TransferPoint[];
  /** The highest value along the ray instead of everything on it. */
  maximum: boolean;
  /** Surfaces are lit from the viewer. */
  lit: boolean;
}

export const ENTRIES = 1024;

/** RGBA bytes for ENTRIES values from the first point to the last, evenly; beyond the ends the ends hold. */
export function transferTable({ points }: Transfer): { bytes: Uint8Array; low: number; high: number } {
  const [low, high] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 1];
  const bytes = new Uint8Array(4 * ENTRIES);
  let at = 0;
  for (let i = 0; i < ENTRIES; i++) {
    const value = low + ((high - low) * i) / (ENTRIES - 1);
    while (at < points.length - 2 && value > (points[at + 1] as TransferPoint)[0]) at++;
    const [a, b] = [points[at] as TransferPoint, (points[at + 1] ?? points[at]) as TransferPoint];
    const share = b[0] > a[0] ? Math.min(Math.max((value - a[0]) / (b[0] - a[0]), 0), 1) : 0;
    const mix = (n: 1 | 2 | 3 | 4) => a[n] + (b[n] - a[n]) * share;
    bytes.set([mix(1), mix(2), mix(3), 255 * mix(4)].map(Math.round), 4 * i);
  }
  return { bytes, low, high };
}

/** Moved by `shift` and stretched about the middle: the window of a 3D picture. */
export function adjusted(transfer: Transfer, shift: number, stretch: number): Transfer {
  const [first, last] = [transfer.points[0]?.[0] ?? 0, transfer.points.at(-1)?.[0] ?? 0];
  const middle = (first + last) / 2;
  return { ...transfer, points: transfer.points.map(([v, ...rest]) => [middle + shift + (v - middle) * stretch, ...rest] as const) };
}
