/** The beams of a plan, control point by control point: the field from the source, and the angles. */
import { useMemo, type ReactElement } from 'react';
import { text, type DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { beamsOf, beamStates, type BeamPoint, type BeamStates } from '../../../domain/beam-states';
import { measured, type Fact } from '../../../domain/blocks';
import { cArmStates } from '../../../domain/c-arm';
import { useOwnState } from '../../own-states';
import type { ViewerModel } from '../../viewer-model';
import { useAnswers } from '../answers';
import { Facts } from './blocks';
import { BeamsEye } from './eye';

interface Props {
  model: ViewerModel;
  cell: number;
  series: string;
  plan: DataSet;
}

export function BeamSection(props: Props): ReactElement | null {
  const beams = useMemo(() => choicesOf(props.plan), [props.plan]);
  return beams.length ? <Beams {...props} beams={beams} /> : null;
}

interface BeamChoice {
  name: string;
  states: () => BeamStates;
}

/** Beams of a plan; a C-arm radiation is one. */
function choicesOf(plan: DataSet): BeamChoice[] {
  const single = cArmStates(plan);
  if (single) return [{ name: single.name, states: () => single }];
  return beamsOf(plan).map((beam, i) => ({ name: (text(beam, '300A00C2') || text(beam, '300A00C0') || String(i + 1)).slice(0, 64), states: () => beamStates(plan, beam) }));
}

function Beams({ model, cell, series, beams }: Props & { beams: readonly BeamChoice[] }): ReactElement {
  const own = useOwnState(model.own, series);
  const at = indexOf(own.beam, beams.length);
  const chosen = beams[at] as BeamChoice;
  const beam = useMemo(() => chosen.states(), [chosen]);
  const index = indexOf(own.point, beam.points.length);
  const last = beam.points.length - 1;
  const go = (to: number) => model.own.change(series, { point: Math.min(Math.max(to, 0), Math.max(last, 0)) });
  useAnswers(model, cell, {
    'move.next': () => go(index + 1), 'move.previous': () => go(index - 1), 'move.first': () => go(0), 'move.last': () => go(last), 'move.on-ten': () => go(index + 10), 'move.back-ten': () => go(index - 10),
  });
  const point = beam.points[index];
  return (
    <section data-testid="beams">
      <div className="row wrap beambar">
        <label className="row">{t('Beam')} <select className="field" value={at} onChange={(e) => model.own.change(series, { beam: Number(e.target.value), point: 0 })} data-testid="beam-choice">{beams.map((b, i) => <option key={i} value={i}>{b.name}</option>)}</select></label>
        {last > 0 && (
          <label className="row grow">{t('Control point')}
            <input type="range" min={0} max={last} step={1} value={index} onChange={(e) => go(Number(e.target.value))} data-testid="beam-point" />
            <span className="num" data-testid="beam-point-number">{t('{number} of {count}', { number: index + 1, count: last + 1 })}</span>
          </label>
        )}
      </div>
      {point ? <Point beam={beam} point={point} /> : <p className="rtsay" role="status">{t('The beam has no control points.')}</p>}
    </section>
  );
}

function Point({ beam, point }: { beam: BeamStates; point: BeamPoint }): ReactElement {
  const isSeen = point.devices.length > 0 || beam.blocks.length > 0 || point.spots.length > 0;
  return (
    <div className="rtpair">
      {isSeen ? <div className="eyebox"><BeamsEye beam={beam} point={point} /><p className="t3 xs">{t('From the source, IEC 61217; millimetres at the isocentre, a line every centimetre')}</p></div> : <p className="rtsay" role="status" data-testid="beam-nothing">{t('Nothing limits this field: no jaws, leaves, blocks or spots are told.')}</p>}
      <div data-testid="beam-facts"><Facts facts={factsOf(beam, point)} /></div>
    </div>
  );
}

function factsOf(beam: BeamStates, point: BeamPoint): Fact[] {
  const one = (value: number | undefined, unit: string) => (value === undefined ? '' : unit === '°' ? `${measured([value])}°` : measured([value], unit));
  const facts: Fact[] = [
    [t('Gantry'), one(point.gantry, '°')], [t('Collimator'), one(point.collimator, '°')], [t('Couch'), one(point.couch, '°')], [t('Gantry pitch'), one(point.pitch, '°')],
    [t('Energy'), one(point.energy, beam.energyUnit)], [t('Meterset so far'), one(point.meterset, beam.unit)], [t('Isocentre, mm'), measured(point.isocentre)],
    ...point.devices.filter((d) => d.positions.length === 2).map((d): Fact => [`${d.type}, mm`, d.positions.map((v) => measured([v])).join(' / ')]),
    ...point.devices.filter((d) => d.positions.length > 2).map((d): Fact => [d.type, d.boundaries.length === d.positions.length / 2 + 1 ? t('{count} pairs of leaves', { count: d.positions.length / 2 }) : t('{count} pairs of leaves, whose boundaries are not told', { count: d.positions.length / 2 })]),
    ...point.wedges.map((w): Fact => [t('Wedge {name}', { name: w.name }), [one(w.angle, '°'), w.isIn ? t('in {#wedge}') : t('out {#wedge}')].filter(Boolean).join(' ')]),
    ...beam.blocks.map((b): Fact => [t('Block {name}', { name: b.name }), b.type]),
    [t('Spots'), point.spots.length ? String(point.spots.length) : ''],
  ];
  return facts.filter(([, words]) => words);
}

function indexOf(kept: unknown, count: number): number {
  return typeof kept === 'number' && Number.isInteger(kept) && kept >= 0 && kept < count ? kept : 0;
}
