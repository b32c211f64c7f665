/** RT treatment records as facts and tables (PS3.3 C.8.8.17 to C.8.8.23, C.8.8.26). */
import { items, number, numbers, strings, text, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { angle, controlPoints, energies } from './beams';
import { factsOf, measure, measured, person, tableOf, when, words, type Column, type Fact, type Table } from './blocks';

export function recordFacts(ds: DataSet): Fact[] {
  return factsOf(ds, [
    [t('Treated'), when('30080250', '30080251')], [t('Operators'), person('00081070')], [t('Fraction group'), measure('300C0022')], [t('Fractions planned'), measure('300A0078')],
    [t('First treatment'), when('30080054', '')], [t('Last treatment'), when('30080056', '')], [t('Treatment status'), words('30080200', '30080202')],
  ]);
}

export function recordTables(ds: DataSet): Table[] {
  const beams = [...items(ds, '30080020'), ...items(ds, '30080021')];
  const setups = items(ds, '30080110');
  return [
    tableOf(t('Delivered beams'), DELIVERED, beams),
    tableOf(t('Overrides'), OVERRIDES, beams.flatMap((beam) => overridesOf(beam))),
    tableOf(t('Delivered application setups'), SETUPS, setups),
    tableOf(t('Channels'), CHANNELS, setups.flatMap((setup) => items(setup, '30080130'))),
    tableOf(t('Fraction groups'), FRACTIONS, items(ds, '30080220')),
    tableOf(t('Fractions'), EACH, items(ds, '30080220').flatMap((g) => items(g, '30080240').map((f) => ({ ...f, '300C0022': g['300C0022'] ?? { vr: 'IS' } })))),
    tableOf(t('Measured doses'), DOSES, items(ds, '300800E0')),
    tableOf(t('Calculated doses'), DOSES, items(ds, '30080050')),
  ].filter((table) => table !== undefined);
}

/** With the beam and the control point they belong to. */
function overridesOf(beam: DataSet): DataSet[] {
  return controlPoints(beam).flatMap((point) => items(point, '30080060').map((o) => ({ ...o, '300A00C2': beam['300A00C2'] ?? { vr: 'LO' }, '300C00F0': point['300C00F0'] ?? { vr: 'IS' } })));
}

/** Delivered against planned, in percent of what was planned. */
export function shortfall(beam: DataSet): string {
  const [planned, delivered] = [number(beam, '30080032'), number(beam, '30080036')];
  if (!planned || delivered === undefined) return '';
  const percent = (100 * (delivered - planned)) / planned;
  return `${percent > 0 ? '+' : ''}${measured([Number(percent.toFixed(2))], '%')}`;
}

/** Date and time of the first control point. */
function begun(beam: DataSet): string {
  return controlPoints(beam).map(when('30080024', '30080025')).find(Boolean) ?? '';
}

const NO: string = t('No. {#number}');

const DELIVERED: readonly Column[] = [
  [t('Fraction'), measure('30080022')], [t('Begun'), begun], [t('Beam'), measure('300C0006')], [t('Name'), words('300A00C2')], [t('Type'), words('300A00C4')], [t('Radiation'), words('300A00C6')], [t('Energy'), energies],
  [t('Gantry'), angle('300A011E')], [t('Couch'), angle('300A0122')], [t('MU planned'), measure('30080032')], [t('MU delivered'), measure('30080036')], [t('Difference'), shortfall], [t('Ended'), words('3008002A', '3008002B')], [t('Verified'), words('3008002C')],
  [t('Overrides'), (beam) => String(overridesOf(beam).length || '')], [t('Control points'), (beam) => String(controlPoints(beam).length || '')],
];
const OVERRIDES: readonly Column[] = [
  [t('Beam'), words('300A00C2')], [t('Control point'), measure('300C00F0')], [t('Parameter'), (o) => strings(o, '30080062').map((tag) => `${tag.slice(0, 4)},${tag.slice(4)}`).join(', ')], [t('Reason'), words('30080066')], [t('Operator'), person('00081070')],
];
const SETUPS: readonly Column[] = [
  [t('Fraction'), measure('30080022')], [t('Begun'), (s) => controlPoints(s).map(when('30080024', '30080025')).find(Boolean) ?? ''], [t('Setup'), measure('300C000C')], [t('Type'), words('300A0232')], [t('Channels'), (s) => String(items(s, '30080130').length || '')],
  [t('Total reference air kerma, µGy'), measure('300A0250')], [t('Ended'), words('3008002A')], [t('Verified'), words('3008002C')],
];
const CHANNELS: readonly Column[] = [
  [NO, measure('300A0282')], [t('Length, mm'), measure('300A0284')], [t('Time planned, s'), measure('30080132')], [t('Time delivered, s'), measure('30080134')], [t('Pulses planned'), measure('30080136')], [t('Pulses delivered'), measure('30080138')],
  [t('Applicator'), words('300A0290', '300A0291')], [t('Control points'), (c) => String(items(c, '30080160').length || '')],
];
const FRACTIONS: readonly Column[] = [
  [t('Group'), measure('300C0022')], [t('Type'), words('30080224')], [t('Fractions planned'), measure('300A0078')], [t('Fractions delivered'), measure('3008005A')],
];
const EACH: readonly Column[] = [
  [t('Group'), measure('300C0022')], [t('Fraction'), measure('30080223')], [t('Treated'), when('30080250', '30080251')], [t('Ended'), words('3008002A')],
];
const DOSES: readonly Column[] = [
  [t('Dose reference'), (d) => measured(numbers(d, '300C0051')) || text(d, '30080061')], [t('Description'), words('300A0016', '30080012')], [t('Dose, Gy'), measure('30080016')], [t('Cumulative dose, Gy'), measure('30080052')],
];
