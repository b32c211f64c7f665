/** RT Plans, RT Ion Plans and brachytherapy as facts and tables (PS3.3 C.8.8.9 to C.8.8.16, C.8.8.24 to C.8.8.27). */
import { items, number, numbers, text, type Attribute, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { angle, beamDoses, controlPoints, energies, jaws, leaves, metersets, positionsOf, spotsOf, weightOf } from './beams';
import { count, factsOf, firstOf, measure, measured, person, tableOf, when, words, type Column, type Fact, type Reader, type Table } from './blocks';

export function setFacts(ds: DataSet): Fact[] {
  return factsOf(ds, [
    [t('Label'), words('30060002')], [t('Name'), words('30060004')], [t('Description'), words('30060006')], [t('Drawn'), when('30060008', '30060009')],
    [t('Approval'), words('300E0002')], [t('Reviewed by'), person('300E0008')], [t('Reviewed'), when('300E0004', '300E0005')],
  ]);
}

export function planFacts(ds: DataSet): Fact[] {
  return factsOf(ds, [
    [t('Label'), words('300A0002', '30100033', '30060002')], [t('Name'), words('300A0003', '30100034')], [t('Description'), words('300A0004', '30100035')], [t('Planned'), when('300A0006', '300A0007')],
    [t('Intent'), words('300A000A', '30100058')], [t('Geometry'), words('300A000C')], [t('Treatment site'), words('300A000B')], [t('Protocol'), words('300A0009')],
    [t('Brachytherapy'), words('300A0200', '300A0202')], [t('Approval'), words('300E0002')], [t('Reviewed by'), person('300E0008')], [t('Reviewed'), when('300E0004', '300E0005')],
  ]);
}

export function planTables(plan: DataSet): Table[] {
  const beams = [...items(plan, '300A00B0'), ...items(plan, '300A03A2')];
  return [
    tableOf(t('Prescription'), PRESCRIBED, items(plan, '300A0010')),
    tableOf(t('Fraction groups'), FRACTIONS, items(plan, '300A0070')),
    tableOf(t('Beams'), beamColumns(plan), beams),
    tableOf(t('Compensators'), COMPENSATORS, ofBeams(beams, '300A00E3', '300A02EA')),
    tableOf(t('Boluses'), BOLUSES, ofBeams(beams, '300C00B0')),
    tableOf(t('Range shifters'), SHIFTERS, ofBeams(beams, '300A0314')),
    tableOf(t('Range modulators'), MODULATORS, ofBeams(beams, '300A0342')),
    tableOf(t('Snouts'), SNOUTS, beams.flatMap((beam) => items(beam, '300A030C').map((snout) => within(beam, { ...snout, [POSITIONS]: positionsOfSnout(beam) })))),
    tableOf(t('Patient setup'), POSITIONED, items(plan, '300A0180')),
    tableOf(t('Sources'), SOURCES, items(plan, '300A0210')),
    tableOf(t('Application setups'), APPLIED, items(plan, '300A0230')),
    tableOf(t('Channels'), CHANNELS, items(plan, '300A0230').flatMap((setup) => items(setup, '300A0280').map((channel) => ({ ...channel, '300A0236': setup['300A0236'] ?? { vr: 'LO' } })))),
  ].filter((table) => table !== undefined);
}

function ofBeams(beams: readonly DataSet[], ...tags: string[]): DataSet[] {
  return beams.flatMap((beam) => tags.flatMap((tag) => items(beam, tag).map((item) => within(beam, item))));
}

const POSITIONS = '_POSITIONS';

/** Snout Position (300A,030D) of all control points that tell another one, mm from the isocentre (PS3.3 C.8.8.25). */
function positionsOfSnout(beam: DataSet): Attribute {
  return { vr: 'FL', Value: [...new Set(controlPoints(beam).flatMap((point) => numbers(point, '300A030D').slice(0, 1)))] };
}

/** An item with the name of the beam it belongs to. */
function within(beam: DataSet, item: DataSet): DataSet {
  return { ...item, '300A00C2': beam['300A00C2'] ?? { vr: 'LO' } };
}

/** Control points of a beam, or the layers of a scanned one. */
export function pointTables(plan: DataSet): { name: string; table: Table }[] {
  const beams = [...items(plan, '300A00B0'), ...items(plan, '300A03A2')].slice(0, 100);
  const ofBeams = beams.flatMap((beam) => {
    const table = tableOf('', POINTS, controlPoints(beam));
    return table ? [{ name: t('Control points of {beam}', { beam: text(beam, '300A00C2') || text(beam, '300A00C0') }), table }] : [];
  });
  const channels = items(plan, '300A0230').flatMap((setup) => items(setup, '300A0280')).slice(0, 100);
  const ofChannels = channels.flatMap((channel) => {
    const table = tableOf('', DWELLS, dwellsOf(channel));
    return table ? [{ name: t('Dwell positions of channel {number}', { number: text(channel, '300A0282') }), table }] : [];
  });
  return [...ofBeams, ...ofChannels];
}

const SECONDS = '_SECONDS';

/** Brachy control points come in pairs; the time at a place is the step of the cumulative weight times the channel's time (PS3.3 C.8.8.15). */
export function dwellsOf(channel: DataSet): DataSet[] {
  const total = number(channel, '300A0286');
  const final = number(channel, '300A02C8');
  const points = items(channel, '300A02D0').slice(0, 2000);
  return points.flatMap((point, i) => {
    const next = points[i + 1];
    const step = next ? (number(next, '300A02D6') ?? 0) - (number(point, '300A02D6') ?? 0) : 0;
    if (!(step > 0)) return [];
    const seconds = total !== undefined && final ? (step / final) * total : undefined;
    return [{ ...point, [SECONDS]: { vr: 'DS', Value: seconds === undefined ? [] : [seconds] } }];
  });
}

/** Doses that are set, each with its name. */
function doses(reference: DataSet): string {
  const named: [string, string][] = [
    [t('minimum'), '300A0025'], [t('maximum'), '300A0027'], [t('limit'), '300A002C'], [t('full volume'), '300A002B'], [t('underdosed volume, %'), '300A0028'], [t('warning'), '300A0022'], [t('delivery maximum'), '300A0023'],
  ];
  return named.map(([name, tag]) => [name, measured(numbers(reference, tag).slice(0, 1), tag === '300A0028' ? '' : 'Gy')] as const).filter(([, dose]) => dose).map((pair) => pair.join(' ')).join(', ');
}

const NO: string = t('No. {#number}');

const PRESCRIBED: readonly Column[] = [
  [NO, measure('300A0012')], [t('Type'), words('300A0020')], [t('Of {#dose reference}'), words('300A0014')], [t('Description'), words('300A0016')], ['ROI', measure('30060084')],
  [t('Prescribed'), measure('300A0026', 'Gy')], [t('Other doses'), doses], [t('Point, mm'), measure('300A0018')],
];
const FRACTIONS: readonly Column[] = [
  [t('Group'), measure('300A0071')], [t('Description'), words('300A0072')], [t('Fractions planned'), measure('300A0078')], [t('Per day'), measure('300A0079')], [t('Beams'), measure('300A0080')], [t('Application setups'), measure('300A00A0')],
];
const ISOCENTRE: Column = [t('Isocentre, mm'), firstOf(controlPoints, measure('300A012C'))];
const ENERGY: Column = [t('Energy'), energies];
const GANTRY: Column = [t('Gantry'), angle('300A011E', '300A011F')];
const COLLIMATOR: Column = [t('Collimator'), angle('300A0120')];
const COUCH: Column = [t('Couch'), angle('300A0122')];

function beamColumns(plan: DataSet): Column[] {
  return [
    [NO, measure('300A00C0')], [t('Name'), words('300A00C2')], [t('Type'), words('300A00C4')], [t('Radiation'), words('300A00C6', '300A0308')], ENERGY, GANTRY, COLLIMATOR, COUCH,
    ['MU', (beam) => metersets(plan, beam)], [t('Beam dose'), (beam) => beamDoses(plan, beam)], [t('Jaws X, mm'), jaws('x')], [t('Jaws Y, mm'), jaws('y')], ['MLC', firstOf(controlPoints, leaves)],
    [t('Control points'), (beam) => String(controlPoints(beam).length || '')], ISOCENTRE, ['SSD, mm', firstOf(controlPoints, measure('300A0130'))], [t('Delivery'), words('300A00CE')], [t('Machine'), words('300A00B2')],
    [t('Wedges'), wedges], [t('Blocks'), count('300A00F4')], [t('Applicator'), firstOf((beam) => items(beam, '300A0107'), words('300A0108', '300A0109'))], [t('Scan mode'), words('300A0308')], [t('Description'), words('300A00C3')],
  ];
}

function wedges(beam: DataSet): string {
  return items(beam, '300A00D1').slice(0, 20).map((w) => [text(w, '300A00D4') || text(w, '300A00D3'), measured(numbers(w, '300A00D5').slice(0, 1), '°')].filter(Boolean).join(' ')).join(', ');
}

const POINTS: readonly Column[] = [
  [NO, measure('300A0112')], [t('Weight'), measure('300A0134')], [t('Energy'), measure('300A0114')], [t('Gantry'), measure('300A011E', '°')], [t('Collimator'), measure('300A0120', '°')], [t('Couch'), measure('300A0122', '°')],
  [t('Jaws X, mm'), (p) => positionsOf(p, ['X', 'ASYMX']).map((v) => measured(v)).join()], [t('Jaws Y, mm'), (p) => positionsOf(p, ['Y', 'ASYMY']).map((v) => measured(v)).join()], ['MLC', leaves],
  [t('Spots'), (p) => String(spotsOf(p) || '')], [t('Spot weights, sum'), (p) => measured([weightOf(p)].filter((w) => w > 0))], [t('Spot size, mm'), measure('300A0398')], [t('Paintings'), measure('300A039A')],
  [t('Range shifter'), (p) => items(p, '300A0360').map((s) => [text(s, '300A0362'), measured(numbers(s, '300A0364').slice(0, 1), 'mm')].filter(Boolean).join(' ')).join(', ')],
  [t('Snout, mm'), measure('300A030D')],
];
/** Of photons (PS3.3 C.8.8.14) and of ions, whose thickness is that of the material and whose tray is told by its water (C.8.8.25). */
const COMPENSATORS: readonly Column[] = [
  [NO, measure('300A00E4')], [t('Beam'), words('300A00C2')], ['ID', words('300A00E5')], [t('Type'), words('300A00EE')], [t('Description'), words('300A02EB')], [t('Material'), words('300A00E1')],
  [t('Tray'), words('300A00EF')], [t('Mounted'), words('300A02E1')], [t('Tray from the source, mm'), measure('300A00E6')], [t('Tray from the isocentre, mm'), measure('300A02E4')],
  [t('Size, mm'), (c) => [gridSide(c, '300A00E8', 1), gridSide(c, '300A00E7', 0)].filter(Boolean).join(' × ')],
  [t('Thickness, mm'), spread('300A00EC')], [t('Transmission'), spread('300A00EB')], [t('Tray in water, mm'), measure('300A02E3')], [t('Stopping power'), measure('300A02E7')], [t('Milling tool, mm'), measure('300A02E8')],
];

/** Columns or rows by their spacing (row distance first), mm at the isocentre. */
function gridSide(compensator: DataSet, count: string, axis: 0 | 1): string {
  const [many, each] = [number(compensator, count), numbers(compensator, '300A00E9')[axis]];
  return many && each ? measured([many * each]) : '';
}

/** Least and greatest of a grid. */
function spread(tag: string): Reader {
  return (compensator) => {
    const values = numbers(compensator, tag).filter(Number.isFinite);
    const [least, most] = values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
    return values.length ? (least === most ? measured([least]) : `${measured([least])} … ${measured([most])}`) : '';
  };
}

const BOLUSES: readonly Column[] = [
  [t('Beam'), words('300A00C2')], ['ID', words('300A00DC')], ['ROI', measure('30060084')], [t('Description'), words('300A00DD')], [t('Accessory'), words('300A00F9')],
];
const MODULATORS: readonly Column[] = [
  [NO, measure('300A0344')], [t('Beam'), words('300A00C2')], ['ID', words('300A0346')], [t('Type'), words('300A0348')], [t('Description'), words('300A034A')],
];
const SNOUTS: readonly Column[] = [
  [t('Beam'), words('300A00C2')], ['ID', words('300A030F')], [t('Position, mm'), measure(POSITIONS)], [t('Accessory'), words('300A00F9')],
];
const SHIFTERS: readonly Column[] = [
  [NO, measure('300A0316')], [t('Beam'), words('300A00C2')], ['ID', words('300A0318')], [t('Type'), words('300A0320')], [t('Description'), words('300A0322')],
];
const POSITIONED: readonly Column[] = [
  [NO, measure('300A0182')], [t('Label'), words('300A0183')], [t('Position'), words('00185100')], [t('Technique'), words('300A01B0')], [t('Description'), words('300A01B2')],
  [t('Fixation'), (setup) => items(setup, '300A0190').slice(0, 50).map(words('300A0192', '300A0194')).filter(Boolean).join('; ')],
];
const SOURCES: readonly Column[] = [
  [NO, measure('300A0212')], [t('Isotope'), words('300A0226')], [t('Type'), words('300A0214')], [t('Half-life, days'), measure('300A0228')], [t('Reference air kerma rate, µGy/h'), measure('300A022A')], [t('Strength from'), when('300A022C', '300A022E')],
];
const APPLIED: readonly Column[] = [
  [NO, measure('300A0234')], [t('Name'), words('300A0236')], [t('Type'), words('300A0232')], [t('Total reference air kerma, µGy'), measure('300A0250')], [t('Channels'), count('300A0280')],
];
const CHANNELS: readonly Column[] = [
  [NO, measure('300A0282')], [t('Setup'), words('300A0236')], [t('Applicator'), words('300A0290', '300A0291', '300A0294')], [t('Length, mm'), measure('300A0284')], [t('Movement'), words('300A0288')], [t('Time, s'), measure('300A0286')],
  [t('Source'), measure('300C000E')], [t('Dwell positions'), (channel) => String(dwellsOf(channel).length || '')],
];
const DWELLS: readonly Column[] = [
  [NO, measure('300A0112')], [t('In the channel, mm'), measure('300A02D2')], [t('Place, mm'), measure('300A02D4')], [t('Time, s'), measure(SECONDS)],
];
