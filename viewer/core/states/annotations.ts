/** Graphic Layers and Graphic Annotations of a presentation state (PS3.3 C.10.5, C.10.7). */
import { inlineBinary, item, items, number, numbers, text, values, type DataSet } from '../dicom-json';
import { readLab, type Lab } from './lab';
import { BrokenState, exactly, oneOf, readScope, type Scope } from './strict';

export type Point = readonly [x: number, y: number];
/** PIXEL: of the image, its left top corner 0, 0. DISPLAY: fractions of the displayed area. */
export type Units = 'PIXEL' | 'DISPLAY';

/** order: higher is nearer to the eye. grey: P-Value of 16 bits. */
export interface Layer {
  name: string;
  order: number;
  grey: number | undefined;
  lab: Lab | undefined;
  description: string;
}

/** thickness: in usual lines. dashes: 32 bits, the first highest; 0 is solid. off: what lies between dashes. */
export interface Line {
  lab: Lab | undefined;
  opacity: number;
  thickness: number;
  dashes: number;
  offLab: Lab | undefined;
  offOpacity: number;
}

/** pattern: 32 rows of 32 bits, where ink is laid; empty: everywhere. */
export interface Fill {
  lab: Lab | undefined;
  opacity: number;
  pattern: Uint8Array;
  offLab: Lab | undefined;
  offOpacity: number;
}

export interface Graphic {
  kind: 'POINT' | 'POLYLINE' | 'INTERPOLATED' | 'CIRCLE' | 'ELLIPSE';
  units: Units;
  points: readonly Point[];
  filled: boolean;
  line: Line;
  fill: Fill;
  /** Of the compound graphic that it stands for where that is not drawn. */
  compound: number | undefined;
}

export interface TextObject {
  text: string;
  /** Two opposite corners. */
  box: readonly [Point, Point] | undefined;
  boxUnits: Units;
  justification: string;
  vertical: string;
  anchor: Point | undefined;
  anchorUnits: Units;
  anchorVisible: boolean;
  lab: Lab | undefined;
  bold: boolean;
  italic: boolean;
  underlined: boolean;
  compound: number | undefined;
}

const COMPOUND_POINTS = {
  MULTILINE: [2, Infinity], INFINITELINE: [2, 2], CUTLINE: [2, 2], RANGELINE: [2, 2], RULER: [2, 2], AXIS: [2, 2], CROSSHAIR: [1, 1], ARROW: [2, 2], RECTANGLE: [2, 2], ELLIPSE: [2, 2],
} as const;
const POINTS = { POINT: [1, 1], POLYLINE: [2, Infinity], INTERPOLATED: [2, Infinity], CIRCLE: [2, 2], ELLIPSE: [4, 4] } as const;

/** rotation: degrees counterclockwise as seen in the image. gap, diameter: fractions of the picture's width; above 1, pixels. */
export interface Compound {
  kind: keyof typeof COMPOUND_POINTS;
  number: number;
  units: Units;
  points: readonly Point[];
  line: Line;
  fill: Fill;
  filled: boolean;
  rotation: number;
  pivot: Point | undefined;
  gap: number;
  diameter: number;
  tickAlignment: string;
  labelAlignment: string;
  showsLabels: boolean;
  /** position: from 0, the first point, to 1, the last. */
  ticks: readonly { position: number; label: string }[];
}

/** What is drawn in one layer over some images. */
export interface Annotation {
  scope: Scope;
  layer: string;
  graphics: readonly Graphic[];
  texts: readonly TextObject[];
  compounds: readonly Compound[];
}

const MOST_POINTS = 500_000;
const MOST_OBJECTS = 20_000;
const MOST_LETTERS = 10_240;
const FAR = 1e7;

/** By name. One without a number lies lowest. */
export function readLayers(ds: DataSet): Map<string, Layer> {
  return new Map(items(ds, '00700060').slice(0, MOST_OBJECTS).map((one) => {
    const name = text(one, '00700002');
    const grey = number(one, '00700066');
    const layer = { name, order: number(one, '00700062') ?? 0, grey: grey === undefined ? undefined : Math.min(Math.max(grey, 0), 0xffff), lab: readLab(one, '00700401'), description: text(one, '00700068') };
    return [name, layer];
  }));
}

/** Throws BrokenState for what cannot be drawn, or is without bounds. */
export function readAnnotations(ds: DataSet): Annotation[] {
  const found = items(ds, '00700001').slice(0, MOST_OBJECTS).map((one): Annotation => ({
    scope: readScope(one),
    layer: text(one, '00700002'),
    graphics: items(one, '00700009').slice(0, MOST_OBJECTS).map(graphic),
    texts: items(one, '00700008').slice(0, MOST_OBJECTS).map(textObject),
    compounds: items(one, '00700209').slice(0, MOST_OBJECTS).map(compound),
  }));
  const objects = found.reduce((sum, one) => sum + one.graphics.length + one.texts.length + one.compounds.length, 0);
  const points = found.reduce((sum, one) => sum + [...one.graphics, ...one.compounds].reduce((n, g) => n + g.points.length, 0), 0);
  if (objects > MOST_OBJECTS || points > MOST_POINTS) throw new BrokenState('Graphic Annotation Sequence');
  return found;
}

function graphic(ds: DataSet): Graphic {
  const kind = text(ds, '00700023').toUpperCase() as Graphic['kind'];
  if (!(kind in POINTS)) throw new BrokenState('Graphic Type');
  return { kind, units: units(ds, '00700005'), points: points(ds, POINTS[kind]), filled: isYes(ds, '00700024'), line: line(ds), fill: fill(ds), compound: number(ds, '00700226') };
}

function compound(ds: DataSet): Compound {
  const kind = text(ds, '00700294').toUpperCase() as Compound['kind'];
  if (!Object.hasOwn(COMPOUND_POINTS, kind)) throw new BrokenState('Compound Graphic Type');
  const pivot = numbers(ds, '00700273');
  return {
    kind,
    number: number(ds, '00700226') ?? 0,
    units: units(ds, '00700282'),
    points: points(ds, COMPOUND_POINTS[kind]),
    line: line(ds),
    fill: fill(ds),
    filled: isYes(ds, '00700024'),
    rotation: number(ds, '00700230') ?? 0,
    pivot: pivot.length === 2 ? near(pivot) : undefined,
    gap: number(ds, '00700261') ?? 0,
    diameter: number(ds, '00700262') ?? 0,
    tickAlignment: text(ds, '00700274').toUpperCase() || 'CENTER',
    labelAlignment: text(ds, '00700279').toUpperCase() || 'BOTTOM',
    showsLabels: isYes(ds, '00700278'),
    ticks: items(ds, '00700287').slice(0, 1000).map((tick) => ({ position: number(tick, '00700288') ?? 0, label: text(tick, '00700289').slice(0, 200) })),
  };
}

function textObject(ds: DataSet): TextObject {
  const hasBox = '00700010' in ds || '00700011' in ds;
  const box = hasBox ? ([near(exactly(ds, '00700010', 2, 'Bounding Box Top Left Hand Corner')), near(exactly(ds, '00700011', 2, 'Bounding Box Bottom Right Hand Corner'))] as const) : undefined;
  const anchor = '00700014' in ds ? near(exactly(ds, '00700014', 2, 'Anchor Point')) : undefined;
  if (!box && !anchor) throw new BrokenState('Bounding Box Top Left Hand Corner');
  const style = item(ds, '00700231');
  const [value] = values(ds, '00700006');
  return {
    text: typeof value === 'string' ? value.slice(0, MOST_LETTERS) : '',
    box,
    boxUnits: units(ds, '00700003'),
    justification: (text(style, '00700242') || text(ds, '00700012')).toUpperCase() || 'LEFT',
    vertical: text(style, '00700243').toUpperCase() || 'TOP',
    anchor,
    anchorUnits: units(ds, '00700004'),
    anchorVisible: isYes(ds, '00700015'),
    lab: readLab(style, '00700241'),
    bold: isYes(style, '00700249'),
    italic: isYes(style, '00700250'),
    underlined: isYes(style, '00700248'),
    compound: number(ds, '00700226'),
  };
}

/** MATRIX, pixels of a Total Pixel Matrix, counts as PIXEL. */
function units(ds: DataSet, tag: string): Units {
  return oneOf(ds, tag, ['PIXEL', 'DISPLAY', 'MATRIX'], 'Annotation Units') === 'DISPLAY' ? 'DISPLAY' : 'PIXEL';
}

function points(ds: DataSet, [fewest, most]: readonly [number, number]): Point[] {
  const found = numbers(ds, '00700022');
  const count = Math.trunc(number(ds, '00700021') ?? found.length / 2);
  if (found.length !== values(ds, '00700022').length || found.length !== 2 * count || count < fewest || count > most) throw new BrokenState('Graphic Data');
  return Array.from({ length: count }, (_, i) => near(found.slice(2 * i, 2 * i + 2)));
}

function near(pair: readonly number[]): Point {
  const [x = NaN, y = NaN] = pair;
  if (!(Math.abs(x) <= FAR && Math.abs(y) <= FAR)) throw new BrokenState('Graphic Data');
  return [x, y];
}

function isYes(ds: DataSet | undefined, tag: string): boolean {
  return text(ds, tag).toUpperCase() === 'Y';
}

const USUAL_DASHES = 0xff00ff00;

function line(ds: DataSet): Line {
  const style = item(ds, '00700232');
  const isDashed = text(style, '00700254').toUpperCase() === 'DASHED';
  return {
    lab: readLab(style, '00700251'),
    opacity: share(style, '00700284', 1),
    thickness: Math.min(Math.max(number(style, '00700253') ?? 1, 0.1), 1000),
    dashes: isDashed ? (number(style, '00700255') ?? USUAL_DASHES) >>> 0 : 0,
    offLab: readLab(style, '00700252'),
    offOpacity: share(style, '00700285', 0),
  };
}

function fill(ds: DataSet): Fill {
  const style = item(ds, '00700233');
  const pattern = text(style, '00700257').toUpperCase() === 'STIPPELED' ? inlineBinary(style, '00700256') : undefined;
  return {
    lab: readLab(style, '00700251'),
    opacity: share(style, '00700284', 1),
    pattern: pattern?.length === 128 ? pattern : new Uint8Array(),
    offLab: readLab(style, '00700252'),
    offOpacity: share(style, '00700285', 0),
  };
}

function share(style: DataSet | undefined, tag: string, absent: number): number {
  return Math.min(Math.max(number(style, tag) ?? absent, 0), 1);
}
