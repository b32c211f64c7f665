/** Radiotherapy in the panel: structures, doses and plans of the open studies over the images. */
import { useState, type ReactElement } from 'react';
import { text } from '../../core/dicom-json';
import { t } from '../../core/language';
import { beamPicture } from '../../core/rt-image';
import { factsOf, measure, words, type Column } from '../../domain/blocks';
import type { Companion } from '../companions';
import { Switch } from '../parts/fields';
import { useOwnState } from '../own-states';
import type { ViewerModel } from '../viewer-model';
import { DoseControls } from './dose-controls';
import { joinsOf } from './joins';
import { changeLook, doses, isFieldOn, lookOf, nameOfSet, plans, RT_IMAGE, showField, structureSets, uidOf } from './objects';
import { plannedFor } from './planned';
import { Slider } from './slider';
import './style.css';
import { StructureList } from './structure-list';
import { structuresIn, therapyOf, isocentresOf } from './therapy';

export default function TherapySection({ model }: { model: ViewerModel }): ReactElement {
  return (
    <div data-testid="therapy">
      <Field model={model} />
      {structureSets(model).map((set) => <Structures key={uidOf(set.dataset)} model={model} set={set} />)}
      {doses(model).map((dose) => <DoseControls key={uidOf(dose.dataset)} model={model} dose={dose} />)}
      {plans(model).map((plan) => <Plan key={uidOf(plan.dataset)} model={model} plan={plan} />)}
    </div>
  );
}

/** Of the RT Image that is shown. */
function Field({ model }: { model: ViewerModel }): ReactElement | null {
  const image = model.stage()?.snapshot().ref;
  const uid = text(image?.dataset, '0020000E');
  useOwnState(model.own, uid);
  if (!image || text(image.dataset, '00080016') !== RT_IMAGE) return null;
  const on = isFieldOn(model, uid);
  const found = beamPicture(image.dataset, image.frame, plannedFor(model, image.dataset));
  const facts = factsOf(image.dataset, IMAGE_FACTS);
  return (
    <div className="sec" data-testid="rt-image">
      <div className="hd">{t('RT image')}</div>
      <div className="kv flush">{facts.flatMap(([name, words]) => [<span key={name}>{name}</span>, <b key={`${name}=`}>{words}</b>])}</div>
      {found ? (
        <div className="li plain"><Switch on={on} onChange={(field) => showField(model, uid, field)} testid="rt-image-field"><span className="clip">{found.planned ? t('Field of the plan, and isocentre') : t('Field and isocentre')}</span></Switch></div>
      ) : (
        <div className="rtsay" role="status" data-testid="rt-image-nowhere">{t('It does not say where its first pixel lies: field and isocentre cannot be drawn.')}</div>
      )}
    </div>
  );
}

const IMAGE_FACTS: readonly Column[] = [
  [t('Label'), words('30020002')], [t('Plane'), words('3002000C')], [t('Gantry'), measure('300A011E', '°')], [t('Collimator'), measure('300A0120', '°')], [t('Couch'), measure('300A0122', '°')], ['SID, mm', measure('30020026')], ['SAD, mm', measure('30020022')],
];

function Structures({ model, set }: { model: ViewerModel; set: Companion }): ReactElement {
  useOwnState(model.own, set.state.series.series_instance_uid);
  const look = lookOf(model, set);
  const [open, setOpen] = useState(true);
  const references = [...new Set(structuresIn(set.dataset).map((s) => s.frameOfReference))];
  const nowhere = [joinsOf(model).words(references, true), therapyOf(model).troubleOf(set)].filter(Boolean).join(' ');
  const name = nameOfSet(set);
  return (
    <div className="sec" data-testid="structures">
      <button className="hd row" aria-expanded={open} onClick={() => setOpen(!open)}>{t('Structures')} <span className="c clip">{name}</span></button>
      <div className="li plain">
        <Switch on={look.on} onChange={(on) => changeLook(model, set, { on })} testid="structures-on"><span className="clip">{t('Draw over the images')}</span></Switch>
      </div>
      {nowhere && <div className="rtsay" role="status" data-testid="structures-nowhere">{nowhere}</div>}
      {open && <StructureList model={model} set={set} cell={model.active} />}
      {open && look.on && (
        <>
          <Slider name={t('Filled')} low={0} high={100} value={Math.round(look.fill * 100)} onChange={(v) => changeLook(model, set, { fill: v / 100 })} testid="structures-fill" />
          <Slider name={t('Line')} low={1} high={8} value={Math.round(look.width * 2)} onChange={(v) => changeLook(model, set, { width: v / 2 })} testid="structures-width" />
        </>
      )}
    </div>
  );
}

function Plan({ model, plan }: { model: ViewerModel; plan: Companion }): ReactElement | null {
  const look = lookOf(model, plan);
  const count = isocentresOf(plan.dataset).length;
  const label = text(plan.dataset, '300A0002');
  return (
    <div className="sec" data-testid="plan-section">
      <div className="hd">{t('Plan')} <span className="c clip">{label}</span></div>
      {count > 0 && (
        <div className="li plain">
          <Switch on={look.on} onChange={(on) => changeLook(model, plan, { on })} testid="isocentre-on"><span className="clip">{t('{count} {count|isocentre|isocentres} over the images', { count })}</span></Switch>
        </div>
      )}
      <div className="pad row cut"><button className="btn" onClick={() => model.showSeries(plan.state.series.series_instance_uid)} data-testid="plan-open">{t('Open the plan')}</button></div>
    </div>
  );
}
