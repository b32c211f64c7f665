/** The planes of Multiplanar on each other: lines in their colours with their letters, handles to turn them, and the drawn path. */
import { useRef, type PointerEvent, type ReactElement } from 'react';
import type { Point2 } from '../../../core/geometry';
import type { PlaneKind } from '../../../core/image-plane';
import { t } from '../../../core/language';
import { crossLine, handlesOf, onScreen, type CrossLine } from '../../../domain/crosshair';
import { rectangleOf } from '../../../domain/linking';
import { PLANES, type Reformatting } from '../../stage/reformatting';
import type { Stage } from '../../stage/stage';
import type { Snapshot } from '../../stage/view';
import type { ViewerModel } from '../../viewer-model';

/** CSS pixels around the crossing that stay free. */
const FREE = 26;
const HANDLE = 5;

export function Crosshair({ stage, snap, model }: { stage: Stage; snap: Snapshot; model: ViewerModel }): ReactElement | null {
  const now = model.multiplanar.active;
  const plane = now && model.multiplanar.planeOf(stage);
  const image = snap.ref && rectangleOf(snap.ref);
  if (!now || !plane || !image) return null;
  const view = { matrix: snap.matrix, width: snap.width, height: snap.height, ratio: window.devicePixelRatio || 1 };
  const lines = PLANES.flatMap((kind): [PlaneKind, CrossLine][] => {
    const line = kind === plane ? undefined : crossLine(image, now.normal(kind), now.point, now.slab.thickness, view);
    return line ? [[kind, line]] : [];
  });
  const path = now.drawnOn === plane ? now.path.map((p) => onScreen(image, p, view)) : [];
  return (
    <svg className="lines cross" data-testid="crosshair" data-plane={plane}>
      {lines.map(([kind, line]) => (
        <Line key={kind} kind={kind} line={line} snap={snap} turns={model.tool === 'crosshair' ? { now, plane } : undefined} />
      ))}
      {path.length > 0 && (
        <g data-testid="path">
          <polyline className="halo" fill="none" points={path.join(' ')} />
          <polyline className="ln path" fill="none" points={path.join(' ')} />
          {path.map(([x, y], i) => <circle key={i} className="knot" cx={x} cy={y} r={3} />)}
        </g>
      )}
    </svg>
  );
}

function Line({ kind, line, snap, turns }: { kind: PlaneKind; line: CrossLine; snap: Snapshot; turns: { now: Reformatting; plane: PlaneKind } | undefined }): ReactElement {
  const { centre, ends, angle, half } = line;
  const aside: Point2 = [-Math.sin(angle) * half, Math.cos(angle) * half];
  const halves = ends.map((end): [Point2, Point2] => [end, near(centre, end)]).filter(([end, at]) => distance(centre, end) > distance(centre, at));
  const [x, y] = labelPlace(centre, ends);
  const handles = turns ? handlesOf(line, Math.min(snap.width, snap.height) * 0.36, snap.width, snap.height) : [];
  return (
    <g data-testid={`cross-${kind}`}>
      {halves.map(([a, b], i) => (
        <g key={i}>
          <line className="halo" x1={a[0]} y1={a[1]} x2={b[0]} y2={b[1]} />
          <line className={`ln ${kind}`} x1={a[0]} y1={a[1]} x2={b[0]} y2={b[1]} />
        </g>
      ))}
      {half > 1 &&
        [1, -1].map((side) => (
          <line key={side} className={`ln ${kind} dash`} data-testid={`slab-${kind}`} x1={ends[0][0] + side * aside[0]} y1={ends[0][1] + side * aside[1]} x2={ends[1][0] + side * aside[0]} y2={ends[1][1] + side * aside[1]} />
        ))}
      <text className={`lbl ${kind}`} x={x} y={y}>{kind}</text>
      {turns && handles.map((at, i) => <Handle key={i} at={at} centre={centre} kind={kind} now={turns.now} about={turns.plane} />)}
    </g>
  );
}

/** Dragged round the crossing it turns both other planes, with Shift only its own. */
function Handle({ at, centre, kind, now, about }: { at: Point2; centre: Point2; kind: PlaneKind; now: Reformatting; about: PlaneKind }): ReactElement {
  const last = useRef<number>(undefined);
  const angleOf = (e: PointerEvent<SVGElement>) => {
    const box = e.currentTarget.ownerSVGElement?.getBoundingClientRect();
    return Math.atan2(e.clientY - (box?.top ?? 0) - centre[1], e.clientX - (box?.left ?? 0) - centre[0]);
  };
  const stop = () => {
    last.current = undefined;
  };
  return (
    <g
      className="turn"
      data-testid={`turn-${kind}`}
      onPointerDown={(e) => {
        e.stopPropagation();
        if (e.button !== 0) return;
        e.currentTarget.setPointerCapture(e.pointerId);
        last.current = angleOf(e);
      }}
      onPointerMove={(e) => {
        if (last.current === undefined) return;
        const angle = angleOf(e);
        now.turn(about, angle - last.current, e.shiftKey ? kind : undefined);
        last.current = angle;
      }}
      onPointerUp={stop}
      onPointerCancel={stop}
      onDoubleClick={(e) => e.stopPropagation()}
    >
      <title>{t('Drag to turn the planes; with Shift only this one')}</title>
      <circle className="reach" cx={at[0]} cy={at[1]} r={HANDLE + 6} />
      <circle className={`handle ${kind}`} cx={at[0]} cy={at[1]} r={HANDLE} />
    </g>
  );
}

/** Where a line ends before the crossing. */
function near(centre: Point2, end: Point2): Point2 {
  const d = distance(centre, end) || 1;
  return [centre[0] + ((end[0] - centre[0]) * FREE) / d, centre[1] + ((end[1] - centre[1]) * FREE) / d];
}

function distance(a: Point2, b: Point2): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** A little inside the end that is up or right, beside the line. */
function labelPlace(centre: Point2, [a, b]: [Point2, Point2]): Point2 {
  const steep = Math.abs(b[1] - a[1]) > Math.abs(b[0] - a[0]);
  const end = (steep ? a[1] < b[1] : a[0] > b[0]) ? a : b;
  const share = 0.66;
  return [centre[0] + share * (end[0] - centre[0]) + (steep ? 5 : 0), centre[1] + share * (end[1] - centre[1]) - (steep ? 0 : 5)];
}
