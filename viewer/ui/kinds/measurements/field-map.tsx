/** A visual field: each point where it was tested, as the patient sees it, the darker the less was seen; its sensitivity in dB beside. */
import type { ReactElement } from 'react';
import { figure } from '../../../core/figures';
import { t } from '../../../core/language';
import type { Field, FieldPoint } from '../../../domain/measured';

/** dB that are drawn white: the best that healthy eyes reach near the middle. */
const BRIGHTEST = 35;
const SIZE = 460;

export function FieldMap({ field }: { field: Field }): ReactElement {
  const scale = SIZE / 2 / field.reach;
  const rings = Array.from({ length: field.reach / 10 }, (_, i) => (i + 1) * 10);
  const at = (x: number, y: number) => ({ x: SIZE / 2 + x * scale, y: SIZE / 2 - y * scale });
  const half = Math.max(Math.min(nearest(field.points), 8) * scale * 0.48, 3);
  return (
    <figure className="mfield">
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={t('Visual field, {count} points', { count: field.points.length })} data-testid="field-map">
        {rings.map((r) => <circle key={r} className="ring" cx={SIZE / 2} cy={SIZE / 2} r={r * scale} />)}
        <path className="ring" d={`M0 ${SIZE / 2}H${SIZE}M${SIZE / 2} 0V${SIZE}`} />
        {field.points.map((p, i) => {
          const { x, y } = at(p.x, p.y);
          const grey = Math.round((Math.min(Math.max(p.sensitivity ?? 0, 0), BRIGHTEST) / BRIGHTEST) * 255);
          const unseen = p.result === 'NOT SEEN' || p.result === 'BRIGHTEST NOT SEEN';
          return (
            <g key={i} data-testid="field-point" data-x={p.x} data-y={p.y} data-grey={p.sensitivity === undefined ? undefined : grey}>
              {p.sensitivity === undefined ? <circle className="bare" cx={x} cy={y} r={half * 0.7} fill={unseen ? '#000' : '#fff'} /> : <rect x={x - half} y={y - half} width={half * 2} height={half * 2} fill={`rgb(${grey} ${grey} ${grey})`} />}
              {p.sensitivity !== undefined && <text x={x} y={y} fill={grey > 120 ? '#000' : '#fff'} fontSize={Math.min(half * 1.1, 13)}>{valueOf(p)}</text>}
            </g>
          );
        })}
        {field.blindSpot && <circle className="blind" cx={at(field.blindSpot.x, 0).x} cy={at(0, field.blindSpot.y).y} r={3 * scale} />}
        {rings.map((r) => <text key={r} className="ringname" x={SIZE / 2 + r * scale - 2} y={SIZE / 2 - 4}>{r}°</text>)}
      </svg>
      <figcaption>{[field.laterality === 'R' || field.laterality === 'OD' ? t('right eye') : field.laterality === 'L' || field.laterality === 'OS' ? t('left eye') : '', t('as the patient sees it; dB, darker is less')].filter(Boolean).join(' · ')}</figcaption>
    </figure>
  );
}

/** The brightest stimulus was not seen: less than the least that can be tested. */
function valueOf({ sensitivity = 0, result }: FieldPoint): string {
  return result === 'BRIGHTEST NOT SEEN' ? '<0' : figure(sensitivity, 1);
}

/** Degrees between the two points that are nearest to each other, of the first hundreds. */
function nearest(points: readonly FieldPoint[]): number {
  let best = 8;
  const few = points.slice(0, 300);
  few.forEach((a, i) => {
    for (const b of few.slice(i + 1)) {
      const apart = Math.hypot(a.x - b.x, a.y - b.y);
      if (apart > 0.2 && apart < best) best = apart;
    }
  });
  return best;
}
