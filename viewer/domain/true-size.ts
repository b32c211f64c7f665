/** How large the image is on the monitor: true size needs to know how many screen pixels a millimetre has. */
import type { Spacing } from '../core/image-description';

/** Width of a bank card, mm (ISO/IEC 7810 ID-1). */
export const CARD_MM = 85.6;

/** Screen pixels a millimetre; anything else is a slip of the hand. */
export function isPlausible(perMm: number): boolean {
  return Number.isFinite(perMm) && perMm >= 1 && perMm <= 40;
}

/** Zoom (screen pixels a column) at which a millimetre of the image is one on the monitor. Undefined without a size. */
export function trueSizeZoom(spacing: Spacing | undefined, perMm: number): number | undefined {
  return spacing && isPlausible(perMm) ? spacing.column * perMm : undefined;
}
