/** What an object that nothing is drawn of is, in a few facts that a reader understands. Its tags say the rest. */
import { item, items, number, text, values, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { TAG_NAMES } from './tag-names';
import { isPrivate } from './tag-rows';
import { assessmentsOf, nameOfThreat } from './threats';

export type Fact = readonly [name: string, value: string];

export interface ObjectFacts {
  facts: readonly Fact[];
  /** Named lists: drawings, threats, what the maker put in. */
  lists: readonly { title: string; rows: readonly string[] }[];
}

const MOST_ROWS = 100;
const DICOS = '1.2.840.10008.5.1.4.1.1.501';
const TEMPLATES = /^1\.2\.840\.10008\.5\.1\.4\.4[345]\.1$/;

/** Elements that say what such an object is, in the order of reading; those that are empty are left out. */
const USUAL = ['00080070', '00081090', '00181020', '00080060', '0008103E', '00204000', '00080021', '00189004', '00180024', '00181030', '00089123', '00280004'];
const TEMPLATE = ['00221095', '00080070', '00221097', '00686210', '00686221', '00686223', '00686226', '00760001', '00760003', '00760006', '00760008', '00780001', '00780010', '00780020'];
const THREAT = ['40101031', '4010102B', '40101027', '40101033', '40101034', '40101029', '40101042', '00080070'];

export function factsOf(ds: DataSet): ObjectFacts {
  const uid = text(ds, '00080016');
  const tags = TEMPLATES.test(uid) ? TEMPLATE : uid.startsWith(DICOS) ? THREAT : USUAL;
  const facts = tags.flatMap((tag): Fact[] => {
    const value = values(ds, tag).map((v) => (typeof v === 'object' ? '' : String(v))).filter(Boolean).join(' \\ ');
    return value ? [[TAG_NAMES[tag] ?? tag, value]] : [];
  });
  const lists = [drawingsOf(ds), materialsOf(ds), threatsOf(ds), makersOf(ds)].filter(({ rows }) => rows.length > 0);
  return { facts, lists };
}

function meaning(ds: DataSet | undefined, tag: string): string {
  return text(item(ds, tag), '00080104') || text(item(ds, tag), '00080100');
}

/** HPGL Document Sequence (0068,62C0): each a drawing of one view, and the surface model (PS3.3 C.29.1). */
function drawingsOf(ds: DataSet): ObjectFacts['lists'][number] {
  const plans = items(ds, '006862C0').slice(0, MOST_ROWS).map((one) => {
    const bytes = sizeOf(one['00686300']?.InlineBinary);
    return [t('Drawing {number}', { number: text(one, '006862D0') || '–' }), text(one, '006862D5'), meaning(one, '006862E0'), bytes && t('{count} {count|byte|bytes}', { count: bytes })].filter(Boolean).join(' · ');
  });
  const models = items(ds, '00660002').slice(0, MOST_ROWS).map((one) => [t('Surface model {number}', { number: String(number(one, '00660003') ?? '–') }), text(one, '00686380')].filter(Boolean).join(' · '));
  return { title: t('Drawings and models'), rows: [...plans, ...models] };
}

function materialsOf(ds: DataSet): ObjectFacts['lists'][number] {
  const rows = ['006863A0', '006863A4', '006863A8', '006863AC'].flatMap((tag) => items(ds, tag).slice(0, MOST_ROWS).map((one) => text(one, '00080104') || text(one, '00080100')));
  return { title: t('Materials and kind'), rows: rows.filter(Boolean) };
}

/** Threat Sequence (4010,1011): the potential threat objects with what the detection says of each. */
function threatsOf(ds: DataSet): ObjectFacts['lists'][number] {
  const rows = items(ds, '40101011').slice(0, MOST_ROWS).map((threat) => [nameOfThreat(threat), ...assessmentsOf(threat)].filter(Boolean).join(' · '));
  return { title: t('Threats'), rows };
}

/** Who put private elements in, and how many. */
function makersOf(ds: DataSet): ObjectFacts['lists'][number] {
  const counts = new Map<string, number>();
  for (const tag of Object.keys(ds)) {
    if (!isPrivate(tag) || tag.startsWith('00', 4)) continue;
    const creator = text(ds, `${tag.slice(0, 4)}00${tag.slice(4, 6)}`) || t('nobody says whose');
    counts.set(creator, (counts.get(creator) ?? 0) + 1);
  }
  const rows = [...counts].slice(0, MOST_ROWS).map(([creator, count]) => `${creator} · ${t('{count} {count|element|elements}', { count })}`);
  return { title: t('Private elements'), rows };
}

function sizeOf(base64: string | undefined): number {
  return base64 ? Math.floor((base64.replace(/=+$/, '').length * 3) / 4) : 0;
}
