import { useEffect, useRef, type ReactElement } from 'react';
import type { Point2 } from '../../../core/geometry';
import type { Stage } from '../../stage/stage';
import type { Snapshot } from '../../stage/view';
import { calibratedText, valueText } from './corner-texts';

const LOUPE = 168;

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

/** The image under the pointer, three times as large as on the screen. */
export function Loupe({ stage, at }: { stage: Stage; at: Point2 }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) stage.magnify(canvas.current, at, 3);
  }, [stage, at]);
  const side = LOUPE * (window.devicePixelRatio || 1);
  return <canvas className="loupe" ref={canvas} width={side} height={side} style={{ left: at[0] - LOUPE / 2, top: at[1] - LOUPE / 2, width: LOUPE, height: LOUPE }} />;
}
