/** Plans, treatment records and their kin: facts, tables, control points, and the objects they belong to. */
import { lazy, Suspense, type ReactElement } from 'react';
import { text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { planFacts, planTables, pointTables } from '../../../domain/plan-tables';
import { recordFacts, recordTables } from '../../../domain/record-tables';
import { secondFacts, secondPoints, secondTables } from '../../../domain/second-tables';
import { useOwnState } from '../../own-states';
import { Switch } from '../../parts/fields';
import { goToPoint, seriesIn, showImages } from '../../therapy/go-to';
import { changeLook, lookOf } from '../../therapy/objects';
import '../../therapy/style.css';
import { isocentresOf, therapyOf } from '../../therapy/therapy';
import type { KindProps } from '../kind-view';
import { BeamSection } from './beam';
import { Facts, TableBlock } from './blocks';
import { ObjectLinks } from './links';

/** The names of all elements are 200 kB. */
const Others = lazy(() => import('./others'));

export default function PlanView({ model, cell, set, object }: KindProps): ReactElement {
  useOwnState(model.own, set.seriesInstanceUid);
  const state = model.series.get(set.seriesInstanceUid);
  const facts = [...planFacts(object), ...recordFacts(object), ...secondFacts(object)];
  const tables = [...planTables(object), ...recordTables(object), ...secondTables(object)];
  const points = [...pointTables(object), ...secondPoints(object)];
  return (
    <div className="rtdoc" tabIndex={0} data-testid="plan-view">
      <h2>{text(object, '300A0002') || text(object, '30100033') || state?.series.series_description || t('Plan')}</h2>
      <Facts facts={facts} />
      <div className="links row">
        {state && <Isocentres model={model} cell={cell} companion={{ state, dataset: object }} />}
        <ObjectLinks model={model} cell={cell} object={object} />
      </div>
      {!facts.length && !tables.length && <p className="rtsay" role="status" data-testid="plan-empty">{t('It says nothing that could stand here as a summary.')}</p>}
      <BeamSection model={model} cell={cell} series={set.seriesInstanceUid} plan={object} />
      {tables.map((table) => <TableBlock key={table.title} table={table} />)}
      {points.map(({ name, table }, i) => (
        <details key={i} data-testid="points">
          <summary>{name}</summary>
          <TableBlock table={table} titled={false} />
        </details>
      ))}
      <Suspense><Others object={object} open={!tables.length} /></Suspense>
    </div>
  );
}

function Isocentres({ model, cell, companion }: { model: ViewerModelOf; cell: number; companion: Parameters<typeof lookOf>[1] }): ReactElement | null {
  const [first, ...more] = isocentresOf(companion.dataset);
  if (!first) return null;
  const look = lookOf(model, companion);
  const reference = therapyOf(model).referenceOf(companion);
  const show = () => {
    changeLook(model, companion, { on: true });
    showImages(model, reference, cell);
    goToPoint(model, first.at, reference);
  };
  return (
    <>
      <button className="btn primary" disabled={!seriesIn(model, reference)} onClick={show} data-testid="isocentre-show">{more.length ? t('Show the isocentres on the images') : t('Show the isocentre on the images')}</button>
      {look.on && <Switch on={look.on} onChange={(on) => changeLook(model, companion, { on })} testid="isocentre-on"><span>{t('Isocentre over the images')}</span></Switch>}
    </>
  );
}

type ViewerModelOf = KindProps['model'];
