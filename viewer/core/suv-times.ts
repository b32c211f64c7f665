/** The moments between which a tracer decays (PS3.3 C.8.9.1.1, C.8.9.4.1.5), in seconds of one clock. */
import { parseDate } from './dates';
import { number, text, type DataSet } from './dicom-json';

const DAY = 86_400;

/** DA and TM to seconds since 1970 of the clock on the wall; undefined when either is none. */
export function moment(da: string, tm: string): number | undefined {
  const date = parseDate(da);
  const time = secondsOfDay(tm);
  return date && time !== undefined ? Date.UTC(date.year, date.month - 1, date.day) / 1000 + time : undefined;
}

/** TM to seconds: '091530.25', '0915', '09:15:30'. */
export function secondsOfDay(tm: string): number | undefined {
  const m = /^(\d{2}):?(\d{2})?:?(\d{2}(?:\.\d{1,6})?)?$/.exec(tm.trim());
  if (!m || Number(m[1]) > 23 || Number(m[2] ?? 0) > 59 || Number(m[3] ?? 0) >= 61) return undefined;
  return Number(m[1]) * 3600 + Number(m[2] ?? 0) * 60 + Number(m[3] ?? 0);
}

/** DT to seconds of the wall clock at `offset` (hours and minutes as '+0100'); an offset without one to compare with counts for nothing. */
export function dateTime(dt: string, offset = ''): number | undefined {
  const m = /^(\d{8})(\d{2}(?:\d{2}(?:\d{2}(?:\.\d{1,6})?)?)?)([+-]\d{4})?$/.exec(dt.trim());
  const at = m && moment(m[1] as string, m[2] as string);
  if (!m || at === null || at === undefined) return undefined;
  return m[3] && /^[+-]\d{4}$/.test(offset) ? at - offsetSeconds(m[3]) + offsetSeconds(offset) : at;
}

function offsetSeconds(offset: string): number {
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3, 5));
  return (offset.startsWith('-') ? -60 : 60) * minutes;
}

/** The first DT of these tags that says something, else date and time. */
export function momentOf(ds: DataSet, dateTimes: readonly string[], [da, tm]: readonly [string, string]): number | undefined {
  const offset = text(ds, '00080201');
  const said = dateTimes.map((tag) => dateTime(text(ds, tag), offset)).find((at) => at !== undefined);
  return said ?? moment(text(ds, da), text(ds, tm));
}

/** How long after the beginning of a frame its average count falls: the decay within it is counted (C.8.9.4.1.5, example 2). */
export function averageSeconds(duration: number, halfLife: number): number {
  const decay = (Math.LN2 * duration) / halfLife;
  return decay > 1e-9 ? (duration / decay) * Math.log(decay / -Math.expm1(-decay)) : duration / 2;
}

/**
 * The start of the scan that values with Decay Correction START are corrected to. Series Date and Time, unless they lie after the
 * acquisition: then somebody wrote the series later, and it is GE's private scan date and time, or is reckoned back from the frame.
 */
export function scanMoment(ds: DataSet, halfLife: number): number | undefined {
  const corrected = dateTime(text(ds, '00189701'), text(ds, '00080201'));
  if (corrected !== undefined) return corrected;
  const series = moment(text(ds, '00080021'), text(ds, '00080031'));
  const acquired = momentOf(ds, ['0008002A'], ['00080022', '00080032']);
  if (series !== undefined && (acquired === undefined || series <= acquired)) return series;
  return geMoment(ds) ?? reckonedBack(ds, acquired, halfLife);
}

/** (0009,xx0D) of GEMS_PETD_01. */
function geMoment(ds: DataSet): number | undefined {
  const block = Object.keys(ds).find((tag) => /^000900[1-9A-F][0-9A-F]$/.test(tag) && text(ds, tag) === 'GEMS_PETD_01');
  return block ? dateTime(text(ds, `0009${block.slice(6)}0D`)) : undefined;
}

/** Frame Reference Time counts from the scan's start to the average count of the frame. */
function reckonedBack(ds: DataSet, acquired: number | undefined, halfLife: number): number | undefined {
  const reference = number(ds, '00541300');
  const duration = number(ds, '00181242');
  if (acquired === undefined || reference === undefined || duration === undefined || halfLife <= 0) return undefined;
  return reference > 0 ? acquired - reference / 1000 + averageSeconds(duration / 1000, halfLife) : acquired;
}

/**
 * When the tracer was given: the start with its date; else the time alone, on the day of the scan, or on the day before when that would
 * be after it. A start after the scan is a mistake (dates of the objects were changed, for one): then the time counts.
 */
export function startMoment(ds: DataSet, drug: DataSet | undefined, scan: number): number | undefined {
  const said = dateTime(text(drug, '00181078'), text(ds, '00080201'));
  if (said !== undefined && said <= scan) return said;
  const time = secondsOfDay(text(drug, '00181072')) ?? (said === undefined ? undefined : said % DAY);
  if (time === undefined) return undefined;
  const day = Math.floor(scan / DAY) * DAY;
  return day + time <= scan ? day + time : day + time - DAY;
}
