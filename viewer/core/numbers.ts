/** Thin space in thousands: '1 284'. */
export function thousands(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

/** '1 image', '214 images'. */
export function counted(n: number, one: string, many: string): string {
  return `${thousands(n)} ${n === 1 ? one : many}`;
}
