/** Colours of objects as PCS-values: CIELab, 0 to 65535 a number (PS3.3 C.10.7.1.1). */

/** As CSS writes it. */
export function cssOfLab([l = 0, a = 0, b = 0]: readonly number[]): string {
  return `lab(${((100 * l) / 65535).toFixed(2)} ${((255 * a) / 65535 - 128).toFixed(2)} ${((255 * b) / 65535 - 128).toFixed(2)})`;
}
