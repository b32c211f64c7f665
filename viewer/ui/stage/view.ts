/** How a viewport shows a stack, and what of it is on the screen. */
import type { Matrix, Point2 } from '../../core/geometry';
import type { Voi } from '../../core/voi';
import type { DisplaySet, ImageRef } from '../../domain/display-sets';
import { UPRIGHT, type Orientation } from '../../domain/orientation-ops';
import { AS_RECOMMENDED, NEWEST, type StateChoice, type SubtractionChoice } from '../../domain/state-choice';
import type { KeptThree } from '../../domain/volume-kept';
import type { Fusion } from './fusion';
import type { Reading } from './reading';

/** What a series keeps when it leaves a viewport and comes back. */
export interface View {
  index: number;
  voi: Voi | undefined;
  inverted: boolean;
  /** Pseudo-colour, '' for grey; a ColourMap's id. */
  colourMap: string;
  /** Overlay groups (0x6000 ...) that are not drawn. */
  hiddenOverlays: readonly number[];
  /** Images across and down that are shown at once; 1 is a stack. */
  tiles: number;
  /** What lies over the image. */
  over: Fusion | undefined;
  /** Three dimensions in the place of the slices. */
  three: boolean;
  /** How they were last looked at. */
  look3d?: KeptThree | undefined;
  /** Which presentation state is in force. */
  state: StateChoice;
  /** What is taken from the frames. */
  subtraction: SubtractionChoice;
  /** By the reader, after what a presentation state says. */
  orientation: Orientation;
  /** Zoom and pan the reader chose; undefined when the image was fitted. */
  place: { zoom: number; pan: Point2 } | undefined;
  /** Instead of a place, from a viewport of another size: zoom, and the image point that comes to lie in the middle. */
  aim?: { zoom: number; middle: Point2 } | undefined;
}

export const FRESH: View = { index: 0, voi: undefined, inverted: false, colourMap: '', hiddenOverlays: [], tiles: 1, three: false, over: undefined, state: NEWEST, subtraction: AS_RECOMMENDED, orientation: UPRIGHT, place: undefined };

/** What the reader sees now; a new object whenever it changes. */
export interface Snapshot extends View {
  displaySet: DisplaySet | undefined;
  /** How the image lies, by its presentation state and the reader. */
  turned: Orientation;
  /** Another number when presentation states draw otherwise. */
  states: number;
  /** Index of the image that is drawn, -1 before the first. `index` is the one that is wanted. */
  shown: number;
  ref: ImageRef | undefined;
  /** Applied window or table: the reader's or the object's own. */
  applied: Voi | undefined;
  /** Screen pixels a column. */
  zoom: number;
  matrix: Matrix;
  width: number;
  height: number;
  error: string;
  /** The small image of first paint is drawn, the full pixels are on their way. */
  reduced: boolean;
  /** Why they will not come; '' while they may. */
  lack: string;
  fitted: boolean;
  cursor: { at: Point2; reading: Reading | undefined } | undefined;
}

/** Before anything hangs. */
export const BARE: Snapshot = {
  ...FRESH, displaySet: undefined, turned: UPRIGHT, states: 0, shown: -1, ref: undefined, applied: undefined, zoom: 1,
  matrix: [1, 0, 0, 1, 0, 0], width: 0, height: 0, error: '', reduced: false, lack: '', fitted: true, cursor: undefined,
};

/** Whether two snapshots would draw an image the same: a tile is not drawn again for a pointer that moves. */
export function sameView(a: Snapshot, b: Snapshot): boolean {
  const keys = ['displaySet', 'voi', 'inverted', 'colourMap', 'tiles', 'orientation', 'state', 'subtraction', 'states', 'width', 'height'] as const;
  return keys.every((k) => a[k] === b[k]);
}
