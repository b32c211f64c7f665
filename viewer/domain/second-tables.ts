/** RT objects of the second generation as facts and tables (PS3.3 C.36): intents, prescriptions, radiations with their control points, records, preparation. */
import { items, number, numbers, strings, text, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { count, factsOf, measure, measured, person, tableOf, when, words, type Column, type Fact, type Reader, type Table } from './blocks';

const MOST_ROWS = 2000;
const MOST_CODES = 20;

export function secondFacts(ds: DataSet): Fact[] {
  return factsOf(ds, [
    [t('Treatment site'), (d) => codes('30100078')(d) || words('30100077')(d)], [t('Technique'), codes('30100080')], [t('Radiation'), words('300A0637')], [t('Fractions planned'), measure('300A0636')], [t('Fraction'), measure('300A0705')],
    [t('Delivery'), measure('300A0704')], [t('Completion'), words('300A0706')], [t('Ended'), words('300A0714')], [t('Reason'), (d) => codes('300A0715')(d) || words('300A0730')(d)], [t('Origin of the record'), words('300A0709')],
    [t('Machine'), (d) => deviceOf(items(d, '300A063A')[0])], [t('Meterset in'), codes('300A0658')], ['SAD, mm', measure('300A0640')], [t('Limiting devices in, mm'), measure('300A0688')], [t('Treated'), whenSaid('30080250')],
    [t('Prior dose'), words('30100061')], [t('Author'), (d) => items(d, '30100019').map(person('00081070')).filter(Boolean).join(', ')],
  ]);
}

export function secondTables(ds: DataSet): Table[] {
  return TABLES.map(([title, paths, columns]) => tableOf(title, columns, paths.flatMap((path) => rowsAt(ds, path)))).filter((table) => table !== undefined);
}

/** Control points, one table: of a radiation or of its record. */
export function secondPoints(ds: DataSet): { name: string; table: Table }[] {
  const table = tableOf('', POINTS, POINT_SEQUENCES.flatMap((tag) => items(ds, tag)).slice(0, MOST_ROWS));
  return table ? [{ name: t('Control points of {beam}', { beam: text(ds, '30100033') || text(ds, '30100035') }), table }] : [];
}

/** C-arm, robotic path, tomotherapeutic, salvage record. */
export const POINT_SEQUENCES = ['300A062F', '30100097', '30100098', '300A0722'];

const PARENT = '_PARENT';

/** Items of items, each with the name of what it is in. */
function rowsAt(ds: DataSet, path: readonly string[]): DataSet[] {
  const [first = '', ...rest] = path;
  if (!rest.length) return items(ds, first).slice(0, MOST_ROWS);
  return items(ds, first).flatMap((item) => rowsAt(item, rest).map((row) => ({ [PARENT]: { vr: 'LO', Value: [nameOf(item)] }, ...row }))).slice(0, MOST_ROWS);
}

function nameOf(item: DataSet): string {
  return NAMES.map((tag) => text(item, tag)).find(Boolean) || INDICES.map((tag) => text(item, tag)).find(Boolean) || text(item, PARENT);
}

/** Labels of entities, prescriptions, devices, modes, doses; then their numbers. */
const NAMES = ['30100054', '30100038', '30100035', '30100036', '3010002D', '300A067C', '300A0619', '30100056'];
const INDICES = ['3010003C', '3010003A', '3010003D', '30100058', '30100039', '300A0601', '300A0603', '300A0606', '300A0795', '3002011C', '300A0600', '300A0786'];

/** Meanings of codes, else their values. */
export function codes(tag: string): Reader {
  return (ds) => items(ds, tag).slice(0, MOST_CODES).map((c) => text(c, '00080104') || text(c, '00080100')).filter(Boolean).join(', ');
}

/** A number with the unit that a sequence beside it names. */
function withUnit(tag: string, unit: string): Reader {
  return (ds) => [measure(tag)(ds), items(ds, unit).map((u) => text(u, '00080100')).find(Boolean)].filter(Boolean).join(' ');
}

/** Of what a date and time in one attribute, or a date says. */
function whenSaid(tag: string): Reader {
  return (ds) => {
    const told = strings(ds, tag)[0] ?? '';
    return /^\d{14}/.test(told) ? `${when('_D', '_T')({ _D: { vr: 'DA', Value: [told.slice(0, 8)] }, _T: { vr: 'TM', Value: [told.slice(8, 14)] } })}` : when(tag, '')(ds);
  };
}

function deviceOf(item: DataSet | undefined): string {
  return item ? [text(item, '3010002D'), text(item, '00080070'), text(item, '00081090')].filter(Boolean).join(', ') : '';
}

/** Content items: name, value and unit of each (PS3.3 10.2). */
function parameters(tag: string): Reader {
  return (ds) => items(ds, tag).slice(0, MOST_CODES).map((p) => {
    const unit = items(p, '004008EA').map((u) => text(u, '00080100')).find(Boolean) ?? '';
    const value = measured(numbers(p, '0040A30A'), unit) || codes('0040A168')(p) || words('0040A160', '0040A121', '0040A124')(p);
    return [codes('0040A043')(p), value].filter(Boolean).join(' ');
  }).filter(Boolean).join('; ');
}

/** Openings of the devices at a control point: device, and how wide. */
function openings(point: DataSet): string {
  return items(point, '300A0656').slice(0, MOST_CODES).map((o) => {
    const p = numbers(o, '300A064A');
    const device = text(o, '300A0607');
    if (p.length === 2) return `${device}: ${p.map((v) => measured([v])).join(' / ')}`;
    const half = p.length >> 1;
    const open = Array.from({ length: half }, (_, i) => (p[i + half] ?? 0) - (p[i] ?? 0)).filter((gap) => gap > 0).length;
    return t('{device}: {open} of {all} pairs open', { device, open, all: half });
  }).join('; ');
}

/** Leaves of a tomotherapeutic point that open, and for how long together. */
function opened(point: DataSet): string {
  const all = numbers(point, '30100099');
  const open = all.filter((v) => v > 0);
  return all.length ? t('{open} of {all} leaves open', { open: open.length, all: all.length }) : '';
}

/** Segments, volumes and objects that are named. */
function referenced(ds: DataSet): string {
  return items(ds, '30100021').slice(0, MOST_CODES).map((s) => {
    const direct = items(s, '30100023').map((d) => [text(d, '00620004') || text(d, '0066002C'), text(d, '30060084')].filter(Boolean).join(' '));
    return [text(s, '30100022'), ...direct].filter(Boolean).join(': ');
  }).join(', ');
}

const NO: string = t('No. {#number}');
const OF: Column = [t('Of {#dose reference}'), words(PARENT)];
const LABEL: Column = [t('Label'), words('30100035', '30100038', '30100036', '3010002D')];
const ABOUT: Column = [t('Description'), words('30100037')];
const DEVICE: readonly Column[] = [[NO, measure('30100039')], LABEL, [t('Type'), codes('3010002E')], ['ID', words('3010001B')], [t('Maker'), words('00080070', '00081090')]];

const POINTS: readonly Column[] = [
  [NO, measure('300A0600')], [t('Treated'), whenSaid('300A073A')], [t('Meterset so far'), measure('300A063C')], [t('Rate'), withUnit('300A063D', '300A063E')], [t('Mode'), measure('300A0605')], [t('Position'), measure('300A060B')],
  [t('Gantry'), measure('300A067A', '°')], [t('Collimator'), (p) => items(p, '300A0656').map(measure('300A0679', '°')).find(Boolean) ?? ''], [t('Openings, mm'), openings], [t('Source to skin, mm'), measure('300A0634')],
  [t('Node'), measure('30100092')], [t('Source, mm'), measure('30100093')], [t('Yaw'), measure('30100094', '°')], [t('Pitch {#angle}'), measure('30100096', '°')], [t('Roll'), measure('30100095', '°')], [t('Leaves'), opened],
];

const TABLES: readonly (readonly [title: string, paths: readonly (readonly string[])[], columns: readonly Column[]])[] = [
  [t('Intents of the physician'), [['30100057']], [[NO, measure('30100058')], [t('Approach'), words('30100056')], [t('Intent'), words('30100059')], [t('Treatment site'), (d) => codes('30100078')(d) || words('30100077')(d)], [t('Diagnosis'), codes('3010005D')], [t('Protocol'), codes('3010005B')], [t('Description'), words('3010005A')]]],
  [t('Prescriptions'), [['3010006B']], [
    [NO, measure('3010003C')], [t('Label'), words('30100054')], [t('Type'), words('30100046', '30100047', '30100048')], [t('Part of'), measure('30100042')], [t('Technique'), codes('30100080')], [t('Fractions'), (p) => fractions(p)],
    [t('Notes'), (p) => [...items(p, '30100081').map(words('3010007B')), words('3010007B')(p), words('3010007A')(p)].filter(Boolean).join('; ')], [t('Regions'), count('30100060')],
  ]],
  [t('Regions of the prescriptions'), [['3010006B', '30100060']], [OF, LABEL, [t('Role'), codes('30100064')], [t('Type'), codes('30100065')], [t('Volume'), (d) => items(d, '30100025').map((v) => words('30100035', '30100036', '30100038')(v) || codes('30100069')(v)).filter(Boolean).join(', ')], [t('Objectives'), count('3010006C')], ABOUT]],
  [t('Objectives of dose'), [['3010006B', '30100060', '3010006C']], [OF, [t('Objective'), codes('3010006D')], [t('Values'), parameters('30100070')], [t('Purpose'), words('30100075')], [t('Over'), words('30100063')], [t('Absolute'), words('30100073')], [t('Weight'), measure('30100074')]]],
  [t('Phases'), [['3010004B']], [[NO, measure('3010003A')], LABEL, [t('Begins'), when('3010004C', '')], [t('Ends'), when('3010004D', '')], ABOUT]],
  [t('Times between phases'), [['3010004E']], [[t('From phase'), measure('3010003E')], [t('To phase'), measure('3010003F')], [t('Counted from'), words('3010004F')], [t('Days at least'), measure('30100050')], [t('Days at most'), measure('30100051')]]],
  [t('Kinds of radiation'), [['300A067B']], [[NO, measure('300A0601')], [t('Label'), words('300A067C')], [t('Radiation'), codes('300A067F')], [t('Energy'), withUnit('300A0680', '300A0684')], [t('Fluence'), codes('300A0683')], [t('Description'), words('300A067D')]]],
  [t('Limiting devices'), [['300A064D']], [...DEVICE, [t('Pairs'), (d) => items(d, '300A0647').map(measure('300A0648')).find(Boolean) ?? ''], [t('Turned by'), (d) => items(d, '300A0647').map(measure('300A0645', '°')).find(Boolean) ?? ''], [t('From the source, mm'), (d) => measured([number(d, '300A0642'), number(d, '300A0643')].filter((v) => v !== undefined))]]],
  [t('Wedges'), [['300A0651']], [...DEVICE, [t('Angle'), measure('300A0652', '°')], [t('Effective'), measure('300A0654', '°')], [t('Orientation'), measure('300A0645', '°')]]],
  [t('Blocks'), [['300A066A']], [...DEVICE, [t('Thickness, mm'), measure('300A066D')], [t('Orientation'), words('300A066C')]]],
  [t('Other devices'), [['300A0662'], ['300A0671'], ['300A0673'], ['300A0614'], ['300A0686'], ['30020117'], ['300A078F']], DEVICE],
  [t('Doses'), [['300A0618']], [[NO, measure('300A0603')], [t('Label'), words('300A0619')], [t('Type'), words('300A061A')], [t('Primary'), words('300A061B')]]],
  [t('Doses of the radiations'), [['300A0617'], ['300A0617', '300A061C']], [[NO, measure('300A060C')], [t('Dose, Gy'), measure('300A0625')], [t('Purpose'), words('300A061D')], [t('Interpreted'), words('300A068B')], [t('Point, mm'), measure('300A061E')]]],
  [t('Treatment positions'), [['300A063F']], [[NO, measure('300A0606')], [t('Label'), words('300A0608')], [t('Patient support'), parameters('300A065B')], [t('Matrix'), (d) => items(d, '00289520').length ? '' : measure('00289520')(d)]]],
  [t('Radiations'), [['300A0616'], ['300A0630'], ['300A0702'], ['300A0703']], [[NO, measure('300A0786')], [t('Object'), words('00081155')], [t('Use'), words('300A0701')], [t('Positions'), measure('300A0607')]]],
  [t('Tasks'), [['300A0797'], ['30020118']], [[NO, (d) => measure('3002011C')(d) || measure('300A0786')(d)], [t('Work'), codes('30020119')], [t('Use'), words('300A0701')], [t('Steps'), count('3002011A')]]],
  [t('Left out'), [['300A0787']], [[NO, measure('300A0786')], [t('Object'), words('00081155')], [t('Reason'), codes('300A0788')]]],
  [t('Preparation'), [['300A0790'], ['300A079F', '300A0790']], [[NO, measure('300A0795')], [t('Procedure'), codes('300A0791')], [t('Method'), (d) => codes('300A078D')(d) || words('300A0792')(d)], [t('Parameters'), (d) => parameters('300A0793')(d) || words('300A078E')(d)], [t('Devices'), (d) => items(d, '300A078F').map(deviceOf).filter(Boolean).join('; ')]]],
  [t('Annotated segments'), [['3010002A']], [[NO, measure('3010003D')], LABEL, [t('Category'), codes('3010002B')], [t('Type'), codes('3010002C')], [t('Modified'), codes('3010002F')], [t('Segments'), referenced], ABOUT]],
  [t('Violations of tolerance'), [['300A0731']], [[t('Treated'), whenSaid('300A0736')], [t('Category'), words('300A0732')], [t('Type'), codes('300A0761')], [t('Cause'), codes('300A0762')], [t('Description'), words('300A0734', '300A0735')]]],
  [t('Interlocks'), [['300A0740']], [[t('Treated'), whenSaid('300A0741')], [t('Type'), codes('300A0744')], [t('Description'), words('300A0742')], [t('Solved'), codes('300A0745')]]],
];

/** Fractions of the patterns of a prescription. */
function fractions(prescription: DataSet): string {
  const patterns = [...items(prescription, '30100079'), ...items(prescription, '30100049').flatMap((p) => items(p, '30100079'))];
  return patterns.map((p) => measure('3010007D')(p) || measure('3010007C')(p)).filter(Boolean).join('; ');
}
