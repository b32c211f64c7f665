import { useEffect, useRef, useSyncExternalStore, type ReactElement } from 'react';
import type { Point2 } from '../../../core/geometry';
import { shownAt } from '../../../domain/linking';
import type { SharedReading } from '../../shared-reading';
import type { Linker } from '../../stage/linker';
import type { Stage } from '../../stage/stage';
import type { Snapshot } from '../../stage/view';
import { calibratedText, valueText } from './corner-texts';

const LOUPE = 168;
/** CSS pixels that a finger covers around its point. */
const FINGER = 32;

export function ProbeLabel({ cursor }: { cursor: NonNullable<Snapshot['cursor']> }): ReactElement | null {
  if (!cursor.reading) return null;
  const [x, y] = cursor.at;
  return (
    <span className="probe" style={{ left: x + 14, top: y + 14 }} data-testid="probe-label">
      {valueText(cursor.reading)}
      <span className="dim"> {cursor.reading.column}, {cursor.reading.row}</span>
      {cursor.reading.calibrated && <span className="block" data-testid="probe-calibrated">{calibratedText(cursor.reading)}</span>}
    </span>
  );
}

/** The place that is pointed at with Shift in another viewport. */
export function SharedCursor({ stage, linker }: { stage: Stage; linker: Linker }): ReactElement | null {
  useSyncExternalStore(linker.subscribe, linker.snapshot);
  const point = linker.pointIn(stage);
  if (!point) return null;
  const [x, y] = stage.toScreen(point);
  return <Cross x={x} y={y} testid="shared-cursor" />;
}

/** Where the planes of another window cross, on images that show the place. */
export function CrossingElsewhere({ stage, snap, together }: { stage: Stage; snap: Snapshot; together: SharedReading }): ReactElement {
  useSyncExternalStore(together.subscribe, together.snapshot);
  const set = snap.displaySet;
  const places = together.elsewhere.flatMap(({ id, crossing }) => {
    const found = crossing && set ? shownAt(crossing.point, crossing.frameOfReference, set) : undefined;
    return found?.index === snap.shown ? [{ id, at: stage.toScreen(found.at) }] : [];
  });
  return <>{places.map(({ id, at: [x, y] }) => <Cross key={id} x={x} y={y} testid="crossing-elsewhere" />)}</>;
}

function Cross({ x, y, testid }: { x: number; y: number; testid: string }): ReactElement {
  return (
    <svg className="sharedcursor" style={{ left: x - 12, top: y - 12 }} width={24} height={24} viewBox="-12 -12 24 24" aria-hidden data-testid={testid}>
      <path d="M-11 0H-4M4 0H11M0 -11V-4M0 4V11" className="edge" />
      <path d="M-11 0H-4M4 0H11M0 -11V-4M0 4V11" />
    </svg>
  );
}

/** The image under the pointer, three times as large as on the screen. beside: above the finger that would cover it. */
export function Loupe({ stage, at, beside = false }: { stage: Stage; at: Point2; beside?: boolean }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) stage.magnify(canvas.current, at, 3);
  }, [stage, at]);
  const side = LOUPE * (window.devicePixelRatio || 1);
  const above = at[1] - LOUPE - FINGER;
  const top = !beside ? at[1] - LOUPE / 2 : above > 0 ? above : at[1] + FINGER;
  return <canvas className="loupe" data-testid="loupe" ref={canvas} width={side} height={side} style={{ left: at[0] - LOUPE / 2, top, width: LOUPE, height: LOUPE }} />;
}
