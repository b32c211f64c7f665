/** Cumulative histograms as curves; the pointer tells volume at dose. */
import { useMemo, type PointerEvent, type ReactElement } from 'react';
import { wholeVolume } from '../../core/dose-volume';
import { significant } from '../../core/figures';
import { t } from '../../core/language';
import type { Curve } from './histograms';

const [WIDTH, HEIGHT] = [960, 340];
const BOX = { left: 44, right: 12, top: 10, bottom: 34 };
const MOST_POINTS = 500;

interface Props {
  curves: readonly Curve[];
  name: string;
  at: { dose: number; percent: number };
  onAt: (at: { dose: number; percent: number }) => void;
}

export function DvhChart({ curves, name, at, onAt }: Props): ReactElement {
  const top = useMemo(() => Math.max(...curves.map(({ found }) => endOf(found.doses, found.volumes)), 1e-9) * 1.05, [curves]);
  const x = (dose: number) => BOX.left + ((WIDTH - BOX.left - BOX.right) * dose) / top;
  const y = (percent: number) => HEIGHT - BOX.bottom - ((HEIGHT - BOX.top - BOX.bottom) * percent) / 100;
  const step = roundStep(top / 8);
  const marks = Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
  const move = (e: PointerEvent<SVGSVGElement>) => {
    const box = e.currentTarget.getBoundingClientRect();
    const px = ((e.clientX - box.left) / box.width) * WIDTH;
    const dose = ((px - BOX.left) / (WIDTH - BOX.left - BOX.right)) * top;
    if (dose >= 0 && dose <= top) onAt({ ...at, dose: Number(dose.toPrecision(4)) });
  };
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('Volume in percent over dose, {count} structures', { count: curves.length })} onPointerMove={move} onPointerDown={move} data-testid="dvh-chart">
      {[0, 20, 40, 60, 80, 100].map((p) => (
        <g key={p}>
          <line className="grid" x1={BOX.left} x2={WIDTH - BOX.right} y1={y(p)} y2={y(p)} />
          <text x={BOX.left - 6} y={y(p) + 4} textAnchor="end">{p}</text>
        </g>
      ))}
      {marks.map((d) => (
        <g key={d}>
          <line className="grid" x1={x(d)} x2={x(d)} y1={BOX.top} y2={HEIGHT - BOX.bottom} />
          <text x={x(d)} y={HEIGHT - BOX.bottom + 14} textAnchor="middle">{significant(d, 4)}</text>
        </g>
      ))}
      <text x={WIDTH / 2} y={HEIGHT - 4} textAnchor="middle">{name}</text>
      <text x={BOX.left + 6} y={BOX.top + 12}>{`${t('Volume')}, %`}</text>
      {curves.map(({ colour, found }, i) => <polyline key={i} points={pointsOf(found.doses, found.volumes, wholeVolume(found), x, y)} fill="none" stroke={colour} strokeWidth={1.75} />)}
      {at.dose <= top && <line className="cursor" x1={x(at.dose)} x2={x(at.dose)} y1={BOX.top} y2={HEIGHT - BOX.bottom} />}
    </svg>
  );
}

/** The dose from which nothing is left. */
function endOf(doses: Float64Array, volumes: Float64Array): number {
  const at = volumes.findIndex((v) => v <= 0);
  return doses[at < 0 ? doses.length - 1 : at] ?? 0;
}

function pointsOf(doses: Float64Array, volumes: Float64Array, whole: number, x: (d: number) => number, y: (p: number) => number): string {
  if (!(whole > 0)) return '';
  const step = Math.max(Math.ceil(doses.length / MOST_POINTS), 1);
  const out: string[] = [];
  for (let i = 0; i < doses.length; i += step) out.push(`${x(doses[i] as number).toFixed(1)},${y((100 * (volumes[i] as number)) / whole).toFixed(1)}`);
  return out.join(' ');
}

function roundStep(raw: number): number {
  const ten = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 5, 10].find((n) => n * ten >= raw) ?? 10) * ten;
}
