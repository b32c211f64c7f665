/**
 * Numbers as they stand on the image: a point for decimals, a true minus, no grouping, never an exponent, in every language, so that two
 * readers see one picture. Texts of panels and lists are written by `number` of core/language.
 */

/** At most so many decimals: '0.5', '−600'. */
export function figure(value: number, decimals: number): string {
  const written = value.toFixed(decimals);
  return signed(written.includes('.') ? written.replace(/\.?0+$/, '') : written);
}

/** Exactly so many, where a number that changes must not jump: '5.0', '×1.63'. */
export function fixed(value: number, decimals: number): string {
  return signed(value.toFixed(decimals));
}

/** So many digits that count, and no more of them than of whole ones: '1234567', '12.34', '0.0012'. */
export function significant(value: number, digits: number): string {
  if (!Number.isFinite(value) || value === 0) return signed(String(value));
  const whole = Math.floor(Math.log10(Math.abs(value))) + 1;
  return figure(value, Math.min(Math.max(digits - whole, 0), 12));
}

function signed(written: string): string {
  return /^-?0(\.0*)?$/.test(written) ? written.replace('-', '') : written.replace('-', '−');
}
