/** Where the images of the other viewports, and of the active ones of other windows, cut this one (R): in the colour of their plane, with its name. */
import { useMemo, useSyncExternalStore, type ReactElement } from 'react';
import { apply, type Point2 } from '../../../core/geometry';
import { clipped, cutOf, kindOfPlane, type PlaneKind } from '../../../core/image-plane';
import { carried, frameOfReference, rectangleOf, type Joins } from '../../../domain/linking';
import { joinsBy } from '../../../domain/joined';
import type { ImageRef } from '../../../domain/display-sets';
import type { Stage } from '../../stage/stage';
import type { Snapshot } from '../../stage/view';
import type { ViewerModel } from '../../viewer-model';

interface Line {
  id: string;
  kind: PlaneKind;
  ends: [Point2, Point2];
}

export function ReferenceLines({ stage, snap, model }: { stage: Stage; snap: Snapshot; model: ViewerModel }): ReactElement | null {
  const others = [...model.stages.values()].filter((s) => s !== stage);
  useStages(others);
  const { together } = model;
  useSyncExternalStore(together.subscribe, together.snapshot);
  const joins = joinsBy(() => model.registrations());
  const cutting = [...others.map((s) => ({ id: s.id, image: s.snapshot().ref })), ...together.elsewhere.map(({ id, shown }) => ({ id, image: shown?.image }))];
  const lines = cutting.flatMap((other) => lineOf(snap, other, joins) ?? []);
  if (!lines.length) return null;
  return (
    <svg className="lines" aria-hidden data-testid="reference-lines">
      {lines.map(({ id, kind, ends: [[x1, y1], [x2, y2]] }) => (
        <g key={id} data-testid={`line-${kind}`} data-from={id}>
          <line className="halo" x1={x1} y1={y1} x2={x2} y2={y2} />
          <line className={`ln ${kind}`} x1={x1} y1={y1} x2={x2} y2={y2} />
          <text className={`lbl ${kind}`} {...labelPlace([x1, y1], [x2, y2])}>{kind}</text>
        </g>
      ))}
    </svg>
  );
}

/** In CSS pixels of the viewport. Lines of a frame of reference that nothing joins to this one would lie anywhere, so there are none. */
function lineOf(snap: Snapshot, { id, image: there }: { id: string; image: ImageRef | undefined }, joins: Joins): Line | undefined {
  const here = snap.ref;
  if (!here || !there) return undefined;
  const { rectangle: cutting, registered } = carried(there, here, joins);
  if (!registered && (!frameOfReference(here) || frameOfReference(here) !== frameOfReference(there))) return undefined;
  const image = rectangleOf(here);
  const cut = image && cutting && cutOf(image, cutting);
  if (!cut || !cutting) return undefined;
  const ratio = window.devicePixelRatio || 1;
  const onScreen = cut.map((p) => apply(snap.matrix, p).map((v) => v / ratio)) as [Point2, Point2];
  const ends = clipped(onScreen, snap.width, snap.height);
  return ends && { id, kind: kindOfPlane(cutting), ends };
}

/** A little inside the end that is right or up, beside the line. */
function labelPlace(a: Point2, b: Point2): { x: number; y: number } {
  const steep = Math.abs(b[1] - a[1]) > Math.abs(b[0] - a[0]);
  const [end, start] = (steep ? a[1] < b[1] : a[0] > b[0]) ? [a, b] : [b, a];
  const t = 0.12;
  return { x: end[0] + t * (start[0] - end[0]) + (steep ? 4 : 0), y: end[1] + t * (start[1] - end[1]) - (steep ? 0 : 4) };
}

/** Renders again when any of these changes. */
export function useStages(stages: readonly Stage[]): void {
  const ids = stages.map((s) => s.id).join();
  const store = useMemo(
    () => {
      let version = 0;
      return {
        subscribe: (listener: () => void) => {
          const ends = stages.map((s) => s.subscribe(() => {
            version++;
            listener();
          }));
          return () => ends.forEach((end) => end());
        },
        version: () => version,
      };
    },
    // The stages of a cell come and go with its id.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [ids],
  );
  useSyncExternalStore(store.subscribe, store.version);
}
