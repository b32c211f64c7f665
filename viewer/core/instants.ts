/** Moments the server tells (ISO 8601, UTC) as people read them, in the reader's own time zone. */

/** '08:14' today, '11-20 19:06' this year, else the date. '' for what is no moment. */
export function clockOrDay(iso: string | null, now: Date): string {
  const at = new Date(iso ?? NaN);
  if (Number.isNaN(at.getTime())) return '';
  const two = (n: number) => String(n).padStart(2, '0');
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === now.toDateString()) return clock;
  const day = `${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return at.getFullYear() === now.getFullYear() ? `${day} ${clock}` : `${at.getFullYear()}-${day}`;
}

/** Seconds from one moment to another; NaN when one is missing. */
export function secondsBetween(from: string | null, to: string | null): number {
  return (new Date(to ?? NaN).getTime() - new Date(from ?? NaN).getTime()) / 1000;
}

/** '6 s', '4 min 10 s', '2 h 5 min', '3 d 4 h'; '' for no number. */
export function span(seconds: number): string {
  if (!Number.isFinite(seconds)) return '';
  const s = Math.max(Math.round(seconds), 0);
  if (s < 60) return `${s} s`;
  if (s < 3600) return two(Math.floor(s / 60), 'min', s % 60, 's');
  if (s < 86_400) return two(Math.floor(s / 3600), 'h', Math.floor((s % 3600) / 60), 'min');
  return two(Math.floor(s / 86_400), 'd', Math.floor((s % 86_400) / 3600), 'h');
}

function two(a: number, unit: string, b: number, less: string): string {
  return b ? `${a} ${unit} ${b} ${less}` : `${a} ${unit}`;
}
