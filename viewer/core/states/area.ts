/** What of an image a state shows, and how it lies (PS3.3 C.10.4, C.10.6). */
import { items, number, numbers, text, type DataSet } from '../dicom-json';
import type { Turned } from '../turns';
import type { Point } from './annotations';
import { BrokenState, exactly, oneOf, readScope, MOST_ITEMS, type Scope } from './strict';

/**
 * left, top, width, height: in image pixels, the left top corner of the image 0, 0; it may reach beyond the image.
 * aspect: height of a pixel over its width. spacing: mm, row distance first, where it says one. magnification: screen pixels a column of MAGNIFY.
 */
export interface DisplayedArea {
  scope: Scope;
  left: number;
  top: number;
  width: number;
  height: number;
  mode: 'SCALE TO FIT' | 'TRUE SIZE' | 'MAGNIFY';
  aspect: number;
  spacing: readonly [number, number] | undefined;
  magnification: number;
}

export type Rectangle = Pick<DisplayedArea, 'left' | 'top' | 'width' | 'height'>;

/** Throws BrokenState for one that cannot be shown. */
export function readAreas(ds: DataSet): DisplayedArea[] {
  return items(ds, '0070005A').slice(0, MOST_ITEMS).map((item) => {
    const [x0, y0] = exactly(item, '00700052', 2, 'Displayed Area Top Left Hand Corner').map(Math.trunc) as [number, number];
    const [x1, y1] = exactly(item, '00700053', 2, 'Displayed Area Bottom Right Hand Corner').map(Math.trunc) as [number, number];
    const mode = oneOf(item, '00700100', ['SCALE TO FIT', 'TRUE SIZE', 'MAGNIFY'], 'Presentation Size Mode');
    const spacing = numbers(item, '00700101');
    const ratio = numbers(item, '00700102');
    const [down, across] = spacing.length ? spacing : ratio.length ? ratio : [1, 1];
    const magnification = number(item, '00700103') ?? 1;
    if ([spacing.length, ratio.length].some((n) => n !== 0 && n !== 2) || !down || !across || down <= 0 || across <= 0) throw new BrokenState('Presentation Pixel Spacing');
    if (down / across > 100 || across / down > 100 || (mode === 'TRUE SIZE' && !spacing.length)) throw new BrokenState('Presentation Pixel Spacing');
    if (!(magnification > 0 && magnification <= 1000)) throw new BrokenState('Presentation Pixel Magnification Ratio');
    return {
      scope: readScope(item), mode, magnification, aspect: down / across, spacing: spacing.length ? [down, across] as const : undefined,
      left: Math.min(x0, x1) - 1, top: Math.min(y0, y1) - 1, width: Math.abs(x1 - x0) + 1, height: Math.abs(y1 - y0) + 1,
    };
  });
}

/** A state turns first and mirrors then: F R(a) = R(-a) F. */
export function readTurn(ds: DataSet): Turned {
  const angle = number(ds, '00700042') ?? 0;
  const rotation = ([0, 90, 180, 270] as const).find((r) => r === angle);
  if (rotation === undefined) throw new BrokenState('Image Rotation');
  const flip = oneOf(ds, '00700041', ['N', 'Y'], 'Image Horizontal Flip') === 'Y';
  return { rotation: flip ? (((360 - rotation) % 360) as Turned['rotation']) : rotation, flip };
}

/** The image point under a point that is given in fractions of the displayed area as the state shows it. */
export function fromDisplay([x, y]: Point, area: Rectangle, { rotation, flip }: Turned): Point {
  // Back through the turn, then through the mirror.
  const [u, v] = ({ 0: [x, y], 90: [y, 1 - x], 180: [1 - x, 1 - y], 270: [1 - y, x] } as const)[rotation];
  return [area.left + (flip ? 1 - u : u) * area.width, area.top + v * area.height];
}

/** Words of the object about itself. */
export interface Titles {
  uid: string;
  label: string;
  description: string;
  author: string;
  /** DA and TM as they stand there. */
  date: string;
  time: string;
}

export function titlesOf(ds: DataSet): Titles {
  return { uid: text(ds, '00080018'), label: text(ds, '00700080'), description: text(ds, '00700081'), author: '', date: text(ds, '00700082') || text(ds, '00080012'), time: text(ds, '00700083') || text(ds, '00080013') };
}
