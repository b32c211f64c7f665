/** DICOM dates, times and ages (PS3.5 6.2) as people read them. Lists use ISO order; nothing here knows a time zone. */
import { t } from './language';

export interface CalendarDate {
  year: number;
  month: number;
  day: number;
}

/** DA: YYYYMMDD; the old form YYYY.MM.DD is read too (PS3.5 6.2 note on backward compatibility). */
export function parseDate(da: string): CalendarDate | undefined {
  const m = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(da.trim());
  if (!m) return undefined;
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])];
  const probe = new Date(Date.UTC(2000, month - 1, day));
  probe.setUTCFullYear(year, month - 1, day);
  const exists = probe.getUTCMonth() === month - 1 && probe.getUTCDate() === day;
  return exists ? { year, month, day } : undefined;
}

/** '2026-11-21'; what is no date is shown as stored rather than dropped. */
export function isoDate(da: string): string {
  const d = parseDate(da);
  return d ? `${pad(d.year, 4)}-${pad(d.month, 2)}-${pad(d.day, 2)}` : da.trim();
}

/** TM: HH[MM[SS[.F]]], to minutes: '08:14'. The old form HH:MM:SS is read too. '' when it is no time. */
export function clockTime(tm: string): string {
  const m = /^(\d{2}):?(\d{2})?:?(\d{2})?(\.\d{1,6})?$/.exec(tm.trim());
  if (!m || Number(m[1]) > 23 || Number(m[2] ?? 0) > 59) return '';
  return `${m[1]}:${m[2] ?? '00'}`;
}

export function isoDateTime(da: string, tm: string): string {
  return [isoDate(da), clockTime(tm)].filter(Boolean).join(' ');
}

/** '2026-11-20' or '20261120' to DA; '' when it is neither. */
export function toDA(iso: string): string {
  const d = parseDate(iso.replaceAll('-', ''));
  return d ? `${pad(d.year, 4)}${pad(d.month, 2)}${pad(d.day, 2)}` : '';
}

/** Age at a date in the unit a person would say: days under a month, months under two years, else years. */
export function age(birth: string, at: string): string {
  const [b, a] = [parseDate(birth), parseDate(at)];
  if (!b || !a) return '';
  const months = (a.year - b.year) * 12 + a.month - b.month - (a.day < b.day ? 1 : 0);
  if (months < 0 || months > 150 * 12) return '';
  if (months < 1) return `${dayNumber(a) - dayNumber(b)} d`;
  return months < 24 ? `${months} mo` : `${Math.floor(months / 12)} y`;
}

/** AS, '034Y', to '34 y'. */
export function ageString(as: string): string {
  const m = /^(\d{3})([DWMY])$/.exec(as.trim());
  const unit = { D: 'd', W: 'wk', M: 'mo', Y: 'y' }[m?.[2] ?? ''];
  return m && unit ? `${Number(m[1])} ${unit}` : '';
}

/** How long one study lies before another: '3 months before'. '' for the same day or an unknown date. */
export function before(earlier: string, later: string): string {
  const [e, l] = [parseDate(earlier), parseDate(later)];
  if (!e || !l) return '';
  const days = dayNumber(l) - dayNumber(e);
  if (days === 0) return t('same day');
  const span = spanWords(Math.abs(days));
  return days > 0 ? t('{span} before', { span }) : t('{span} after', { span });
}

function spanWords(days: number): string {
  if (days < 31) return t('{count} {count|day|days}', { count: days });
  if (days < 365) return t('{count} {count|month|months}', { count: Math.floor(days / 30.44) });
  return t('{count} {count|year|years}', { count: Math.floor(days / 365.25) || 1 });
}

function dayNumber(d: CalendarDate): number {
  return Math.round(Date.UTC(d.year, d.month - 1, d.day) / 86_400_000);
}

function pad(n: number, width: number): string {
  return String(n).padStart(width, '0');
}
