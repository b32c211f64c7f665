/** Totals of radiation dose reports (PS3.16 TID 10001, 10011, 10021, 10040): what was accumulated, and of how many events. */
import { meaningOf, walk, type ContentItem, type Report } from './report';
import { measureOf, unitWords } from './report-words';

export interface DoseSummary {
  totals: readonly ContentItem[];
  /** Concepts of events and how many of each there are. */
  events: readonly { name: string; count: number }[];
  /** Values of the events added up, where the unit is the same in all of them. */
  sums: readonly { name: string; number: number; unit: string; of: number }[];
}

/** X-Ray and Radiopharmaceutical; those of other templates by what they are called. */
const REPORTS = new Set(['113701', '113500']);
/** Accumulated X-Ray Dose Data, CT Accumulated Dose Data. */
const ACCUMULATED = new Set(['113702', '113811']);
/** Irradiation Event X-Ray Data, CT Acquisition, Radiopharmaceutical Administration, Irradiation Event Summary Data. */
const EVENTS = new Set(['113706', '113819', '113502', '130501']);
/** Dose Area Product, DLP, Average Glandular Dose, Dose (RP), Administered activity: amounts that add up. */
const ADDED = new Set(['122130', '113838', '111631', '113738', '113507']);

/** Undefined where nothing is summed up: a Patient Radiation Dose Report estimates organs, each by itself. */
export function doseOf({ root }: Report): DoseSummary | undefined {
  if (!REPORTS.has(root.name?.value ?? '') && !/radiation dose/i.test(meaningOf(root.name))) return undefined;
  const totals: ContentItem[] = [];
  const events = new Map<string, number>();
  const sums = new Map<string, { name: string; number: number; unit: string; of: number }>();
  for (const one of walk(root)) {
    if (one.type !== 'CONTAINER') continue;
    const { value = '', meaning = '' } = one.name ?? {};
    if (ACCUMULATED.has(value) || /^(CT )?accumulated/i.test(meaning)) totals.push(...one.children.filter((c) => c.type === 'NUM'));
    else if (EVENTS.has(value) || /irradiation event/i.test(meaning)) {
      events.set(meaningOf(one.name), (events.get(meaningOf(one.name)) ?? 0) + 1);
      for (const below of walk(one)) if (below.type === 'NUM' && ADDED.has(below.name?.value ?? '')) add(sums, below);
    }
  }
  if (!totals.length && !events.size) return undefined;
  return { totals, events: [...events].map(([name, count]) => ({ name, count })), sums: [...sums.values()].filter((s) => s.of > 1) };
}

function add(sums: Map<string, { name: string; number: number; unit: string; of: number }>, one: ContentItem): void {
  const { number, unit } = measureOf(one.data);
  const value = Number(number);
  if (number === '' || !Number.isFinite(value)) return;
  const [name, said] = [meaningOf(one.name), unitWords(unit)];
  const known = sums.get(`${name} ${said}`) ?? { name, number: 0, unit: said, of: 0 };
  sums.set(`${name} ${said}`, { ...known, number: known.number + value, of: known.of + 1 });
}
