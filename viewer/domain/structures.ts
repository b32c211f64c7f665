/** What a structure set says: its regions with names, types, colours and contours (PS3.3 C.8.8.5, C.8.8.6, C.8.8.8). */
import { item, items, number, numbers, text, type DataSet } from '../core/dicom-json';
import { middleOf, readContours, stacksOf, volumeOf, type ContourSet, type Stack } from '../core/contours';
import type { Point3 } from '../core/geometry';

export type Colour = readonly [number, number, number];

export interface Structure {
  number: number;
  name: string;
  /** RT ROI Interpreted Type, '' when not said. */
  type: string;
  colour: Colour;
  /** As stored, cm3 (ROI Volume), undefined when not said. */
  stored: number | undefined;
  frameOfReference: string;
  /** Item of the ROI Contour Sequence; undefined when nothing is drawn of it. */
  roi: DataSet | undefined;
}

/** The costly part of a structure, made when it is looked at. */
export interface Shape extends ContourSet {
  stacks: Stack[];
  volume: number | undefined;
  middle: Point3 | undefined;
}

/** Most regions of one object that are listed. */
const MOST = 1000;

/** Colours for regions without one, told apart on grey. */
const SPARE: readonly Colour[] = [[230, 80, 80], [80, 200, 120], [90, 150, 255], [240, 200, 60], [210, 100, 220], [80, 210, 220], [245, 150, 60], [170, 210, 80]];

export function structuresOf(ds: DataSet): Structure[] {
  const drawn = byNumber(items(ds, '30060039').slice(0, MOST));
  const observed = byNumber(items(ds, '30060080').slice(0, MOST));
  const whole = text(item(ds, '30060010'), '00200052') || text(ds, '00200052');
  return items(ds, '30060020').slice(0, MOST).map((roi, i) => {
    const key = text(roi, '30060022');
    const contours = drawn.get(key);
    return {
      number: number(roi, '30060022') ?? i + 1,
      name: text(roi, '30060026').slice(0, 128),
      type: text(observed.get(key), '300600A4').slice(0, 32),
      colour: colourOf(contours) ?? (SPARE[i % SPARE.length] as Colour),
      stored: number(roi, '3006002C'),
      frameOfReference: text(roi, '30060024') || whole,
      roi: contours,
    };
  });
}

function byNumber(found: DataSet[]): Map<string, DataSet> {
  return new Map(found.map((one) => [text(one, '30060084'), one]));
}

function colourOf(roi: DataSet | undefined): Colour | undefined {
  const parts = numbers(roi, '3006002A').map(Math.round);
  return parts.length === 3 && parts.every((p) => p >= 0 && p <= 255) ? (parts as [number, number, number]) : undefined;
}

const shapes = new WeakMap<DataSet, Shape>();
const NOTHING: Shape = { contours: [], broken: 0, bent: 0, left: 0, stacks: [], volume: undefined, middle: undefined };

export function shapeOf({ roi }: Structure): Shape {
  if (!roi) return NOTHING;
  let known = shapes.get(roi);
  if (!known) {
    const read = readContours(roi);
    const stacks = stacksOf(read.contours);
    shapes.set(roi, (known = { ...read, stacks, volume: volumeOf(stacks), middle: middleOf(read.contours) }));
  }
  return known;
}
