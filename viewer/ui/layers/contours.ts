/** Structures over images: contours on the planes they were drawn on, cuts of them on all others. */
import { cutOf, type Cut } from '../../core/contour-cuts';
import { number } from '../../core/dicom-json';
import type { Point2 } from '../../core/geometry';
import type { ImageRef } from '../../domain/display-sets';
import { rectangleOf } from '../../domain/linking';
import { shapeOf, type Colour, type Structure } from '../../domain/structures';
import type { Layer, LayerView } from '../stage/layers';
import type { PlaceIn } from '../therapy/joins';
import { ByImage } from './by-image';

export interface ContourLook {
  hidden: readonly number[];
  colourOf: (structure: Structure) => Colour;
  /** 0 .. 1. */
  fill: number;
  /** CSS pixels. */
  width: number;
}

interface Paths {
  area: Path2D;
  line: Path2D;
  points: readonly Point2[];
  /** Nothing of it is in the image. */
  empty: boolean;
}

const CROSS = 5;

export class ContourLayer implements Layer {
  readonly order = 110;
  private readonly paths = new Map<Structure, ByImage<Paths>>();

  /** look is asked at each drawing. place: where images lie among the structures. */
  constructor(
    readonly id: string,
    private readonly structures: readonly Structure[],
    private readonly look: () => ContourLook,
    private readonly place: PlaceIn,
  ) {}

  draw(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView): void {
    const { hidden, fill, width, colourOf } = this.look();
    const onCanvas = new DOMMatrix([...matrix]);
    const placed = (path: Path2D) => {
      const out = new Path2D();
      out.addPath(path, onCanvas);
      return out;
    };
    for (const structure of this.structures) {
      if (hidden.includes(structure.number)) continue;
      const { area, line, points, empty } = this.pathsOf(structure, image);
      if (empty) continue;
      const colour = colourOf(structure).join(' ');
      context.fillStyle = `rgb(${colour} / ${fill})`;
      if (fill > 0) context.fill(placed(area), 'evenodd');
      const marks = placed(line);
      for (const p of points) addCross(marks, onCanvas.transformPoint({ x: p[0], y: p[1] }), CROSS * ratio);
      context.lineJoin = 'round';
      // The dark edge that every stroke over an image has.
      context.strokeStyle = 'rgb(0 0 0 / .55)';
      context.lineWidth = (width + 1.5) * ratio;
      context.stroke(marks);
      context.strokeStyle = `rgb(${colour})`;
      context.lineWidth = width * ratio;
      context.stroke(marks);
    }
  }

  private pathsOf(structure: Structure, image: ImageRef): Paths {
    let known = this.paths.get(structure);
    if (!known) this.paths.set(structure, (known = new ByImage(64)));
    return known.of(image, () => pathsOf(cutThrough(structure, image, this.place)));
  }
}

/** Where it is seen in an image: of its frame of reference or joined to that, else where it was drawn on this very image. */
function cutThrough(structure: Structure, image: ImageRef, place: PlaceIn): Cut {
  const { stacks, contours } = shapeOf(structure);
  const isNamed = () => contours.some((c) => c.images.includes(image.sopInstanceUid));
  const rectangle = place(image, structure.frameOfReference) ?? (isNamed() ? rectangleOf(image) : undefined);
  return rectangle ? cutOf(stacks, contours, rectangle, number(image.dataset, '00180050')) : { outlines: [], lines: [], areas: [], points: [] };
}

function pathsOf({ outlines, lines, areas, points }: Cut): Paths {
  const [area, line] = [new Path2D(), new Path2D()];
  for (const ring of outlines) for (const path of [area, line]) addLine(path, ring, true);
  for (const quad of areas) addLine(area, quad, true);
  for (const one of lines) addLine(line, one, false);
  return { area, line, points, empty: !outlines.length && !lines.length && !areas.length && !points.length };
}

function addLine(path: Path2D, points: readonly Point2[], closed: boolean): void {
  points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
  if (closed) path.closePath();
}

function addCross(path: Path2D, { x, y }: { x: number; y: number }, size: number): void {
  path.moveTo(x - size, y);
  path.lineTo(x + size, y);
  path.moveTo(x, y - size);
  path.lineTo(x, y + size);
}
