/** What may lie over the image, and how it looks there. */
import { useSyncExternalStore, type ReactElement } from 'react';
import { COLOUR_MAPS } from '../../../core/colour-maps';
import { isSuv } from '../../../core/suv';
import { t } from '../../../core/language';
import type { Layer } from '../../../domain/fusion';
import { suvOfImage, suvWindow, SUV_NAMES } from '../../../domain/suv';
import { idOf, nameOf, registrationsBetween, whereOf } from '../../../domain/joined';
import { Switch } from '../../parts/fields';
import { changeOver, layOver } from '../../laid-over';
import { usePreferences } from '../../preferences';
import type { Fusion } from '../../stage/fusion';
import type { Stage } from '../../stage/stage';
import { suvKind } from '../../suv-choice';
import type { ViewerModel } from '../../viewer-model';
import { candidates, whyApart } from './fusion-commands';
import { Row } from './window-section';

export function FusionSection({ stage, model }: { stage: Stage; model: ViewerModel }): ReactElement | null {
  const offered = candidates(stage, model);
  const over = stage.snapshot().over;
  const apart = whyApart(stage, model);
  if (!offered.length && !over && !apart) return null;
  const uid = over?.set.seriesInstanceUid;
  return (
    <div className="sec" data-testid="fusion">
      <div className="hd">{t('Laid over')} <span className="c">{t('in its own window and colours')}</span></div>
      <div role="radiogroup" aria-label={t('Laid over')}>
        <Row name={t('Nothing')} on={!over} onClick={() => layOver(stage, model, undefined)} testid="fusion-none" />
        {offered.map(({ series, set }) => (
          <Row key={series.series_instance_uid} name={[series.series_number, series.modality, series.series_description].filter(Boolean).join('  ')} on={series.series_instance_uid === uid} onClick={() => layOver(stage, model, set)} testid="fusion-series" />
        ))}
      </div>
      {apart && <div className="pad t2 sm" data-testid="fusion-apart">{apart}</div>}
      {over && <RegisteredBy over={over} stage={stage} model={model} />}
      {over && <Looks over={over} stage={stage} model={model} />}
    </div>
  );
}

/** Which object says where it lies, where several do. */
function RegisteredBy({ over, stage, model }: { over: Fusion; stage: Stage; model: ViewerModel }): ReactElement | null {
  useSyncExternalStore(over.subscribe, over.snapshot);
  const image = stage.snapshot().ref;
  const registrations = model.registrations();
  const all = over.registered && image ? registrationsBetween(registrations, whereOf(image), whereOf(over.sample)) : [];
  if (all.length < 2) return null;
  return (
    <div className="pad row cut">
      <span className="t2 sm name">{t('Registered by')}</span>
      <select className="field" value={over.registered && idOf(over.registered)} aria-label={t('Registered by')} onChange={(e) => all.filter((r) => idOf(r) === e.target.value).forEach((registered) => changeOver(stage, model, { registered }))} data-testid="fusion-registered-by">
        {all.map((r) => <option key={idOf(r)} value={idOf(r)}>{[nameOf(r), r.deforming ? t('deformable') : ''].filter(Boolean).join(', ')}</option>)}
      </select>
    </div>
  );
}

const ENDS = [5, 7, 10, 15, 20];

function Looks({ over, stage, model }: { over: Fusion; stage: Stage; model: ViewerModel }): ReactElement {
  useSyncExternalStore(over.subscribe, over.snapshot);
  usePreferences();
  const layer = over.layer;
  if (!layer) return <div className="pad t2 sm" role="status">{t('{done} of {all} slices are here.', { done: over.done, all: over.all })}</div>;
  const suv = suvOfImage(over.sample, suvKind());
  const factor = isSuv(suv) ? suv.factor : 1;
  const [low, high] = [layer.window.center - layer.window.width / 2, layer.window.center + layer.window.width / 2].map((v) => Number((v * factor).toPrecision(4))) as [number, number];
  const setLayer = (change: Partial<Layer>) => changeOver(stage, model, { layer: change });
  const take = (a: number, b: number) => b > a && setLayer({ window: suvWindow(a, b, factor) });
  return (
    <>
      {over.notes().map((words) => <div className="pad t2 sm" key={words}>{words}</div>)}
      <label className="pad row cut">
        <span className="t2 sm name">{t('Opacity')}</span>
        <input type="range" min={0} max={100} step={1} value={Math.round(layer.opacity * 100)} onChange={(e) => setLayer({ opacity: Number(e.target.value) / 100 })} data-testid="fusion-opacity" />
      </label>
      <div className="pad row cut">
        <span className="t2 sm name">{isSuv(suv) ? (SUV_NAMES[suv.kind].split(' ')[0] ?? '') : over.unit}</span>
        <input className="field" type="number" step="any" value={low} aria-label={t('Lowest')} onChange={(e) => take(Number(e.target.value), high)} data-testid="fusion-low" />
        <input className="field" type="number" step="any" value={high} aria-label={t('Highest')} onChange={(e) => take(low, Number(e.target.value))} data-testid="fusion-high" />
      </div>
      {isSuv(suv) && (
        <div className="pad row wrap faces">
          {ENDS.map((end) => <button key={end} className="btn" onClick={() => take(0, end)} data-testid={`fusion-0-${end}`}>{`0–${end}`}</button>)}
        </div>
      )}
      <div className="pad row cut">
        <span className="t2 sm name">{t('Colours')}</span>
        <select className="field" value={layer.colourMap} aria-label={t('Colours')} onChange={(e) => setLayer({ colourMap: e.target.value })} data-testid="fusion-map">
          {COLOUR_MAPS.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
        </select>
      </div>
      <div className="li plain"><Switch on={layer.clear} onChange={(clear) => setLayer({ clear })} testid="fusion-clear"><span className="clip">{t('Low values are clear')}</span></Switch></div>
    </>
  );
}
