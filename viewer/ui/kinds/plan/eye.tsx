/** A field as the source sees it: leaves, jaws, blocks, spots in millimetres at the isocentre, in the IEC 61217 gantry system. */
import type { ReactElement } from 'react';
import { isLeaves, shieldsOf, type Shield } from '../../../core/beam-limits';
import { t } from '../../../core/language';
import type { BeamPoint, BeamStates, Spot } from '../../../domain/beam-states';

interface Props {
  beam: BeamStates;
  point: BeamPoint;
}

/** Names of the axes are signs. */
const AXES = { x: 'X +', y: 'Y +' };

/** mm; beyond it nothing is seen. */
const FAR = 1000;

export function BeamsEye({ beam, point }: Props): ReactElement {
  const { reach } = beam;
  const turn = point.collimator ?? 0;
  const label = t('Field of {beam} as the source sees it', { beam: beam.name });
  return (
    // y goes up: the whole is mirrored once, and letters stand outside of that.
    <svg className="eye" viewBox={`${-reach} ${-reach} ${2 * reach} ${2 * reach}`} role="img" aria-label={label} data-testid="beam-eye" data-reach={reach}>
      <g transform="scale(1 -1)">
        <Grid reach={reach} />
        <g transform={`rotate(${turn})`} data-testid="beam-devices">
          {point.devices.filter((d) => !isLeaves(d)).flatMap((d, i) => shieldsOf(d).map((s) => <Plate key={`${i}.${s.bank}`} shield={s} type={d.type} />))}
          {point.devices.filter(isLeaves).flatMap((d, i) => shieldsOf(d).map((s) => <Plate key={`${i}.${s.pair}.${s.bank}`} shield={s} type={d.type} />))}
          {beam.blocks.map(({ name, type, points }, i) => (
            <polygon key={i} className={`block ${type === 'APERTURE' ? 'aperture' : ''}`} points={points.map((p) => p.join()).join(' ')} data-testid="beam-block"><title>{name}</title></polygon>
          ))}
          {beam.compensators.map(({ name, points }, i) => (
            <polygon key={i} className="compensator" points={points.map((p) => p.join()).join(' ')} data-testid="beam-compensator"><title>{t('Compensator {name}', { name })}</title></polygon>
          ))}
          {point.wedges.filter((w) => w.isIn && w.orientation !== undefined).map((w, i) => <Arrow key={i} degrees={w.orientation ?? 0} size={reach} name={w.name} />)}
        </g>
        <Spots spots={point.spots} />
        <path className="iso" d={`M${-reach / 25} 0H${reach / 25}M0 ${-reach / 25}V${reach / 25}`} />
      </g>
      <text x={reach * 0.97} y={-reach * 0.02} textAnchor="end" fontSize={reach / 16}>{AXES.x}</text>
      <text x={reach * 0.02} y={-reach * 0.91} fontSize={reach / 16}>{AXES.y}</text>
    </svg>
  );
}

/** A leaf or a jaw: what lies behind its edge. */
function Plate({ shield: { pair, bank, axis, edge, low = -FAR, high = FAR }, type }: { shield: Shield; type: string }): ReactElement {
  const [from, to] = bank === 1 ? [Math.min(-FAR, edge), edge] : [edge, Math.max(FAR, edge)];
  const along = { start: from, size: Math.max(to - from, 0) };
  const across = { start: low, size: Math.max(high - low, 0) };
  const [x, y] = axis === 'x' ? [along, across] : [across, along];
  return <rect className={type.startsWith('MLC') ? 'leaf' : 'jaw'} x={x.start} y={y.start} width={x.size} height={y.size} data-testid="beam-plate" data-type={type} data-pair={pair + 1} data-bank={bank} />;
}

/** Every centimetre, every fifth stronger. */
function Grid({ reach }: { reach: number }): ReactElement {
  const most = Math.floor(reach / 10);
  const all = Array.from({ length: 2 * most + 1 }, (_, i) => 10 * (i - most));
  const lines = (of: readonly number[]) => of.map((v) => `M${v} ${-reach}V${reach}M${-reach} ${v}H${reach}`).join('');
  return (
    <>
      <rect className="open" x={-reach} y={-reach} width={2 * reach} height={2 * reach} />
      <path className="cm" d={lines(all)} />
      <path className="five" d={lines(all.filter((v) => v % 50 === 0))} />
    </>
  );
}

/** To the thin end of a wedge. */
function Arrow({ degrees, size, name }: { degrees: number; size: number; name: string }): ReactElement {
  const [tip, head] = [size * 0.8, size * 0.06];
  return <path className="wedge" transform={`rotate(${degrees})`} d={`M${size * 0.55} 0H${tip}m${-head} ${-head}L${tip} 0l${-head} ${head}`} data-testid="beam-wedge"><title>{t('Wedge {name}, towards its thin end', { name })}</title></path>;
}

/** Areas by their weights. */
function Spots({ spots }: { spots: readonly Spot[] }): ReactElement {
  const most = Math.max(...spots.map((s) => s.weight), 0) || 1;
  return <>{spots.map(({ at, weight }, i) => <circle key={i} className="spot" cx={at[0]} cy={at[1]} r={Math.max(2.5 * Math.sqrt(Math.max(weight, 0) / most), 0.4)} data-testid="beam-spot" />)}</>;
}
