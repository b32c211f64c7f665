/** The panel's Compare: what is linked with the active viewport and how well it fits, and the studies in view. */
import { IconPin } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { isoDate } from '../../../core/dates';
import { number, t } from '../../../core/language';
import type { Links } from '../../../domain/linking';
import { Icon } from '../../parts/icon';
import { KeyOf } from '../../parts/keys';
import { Switch } from '../../parts/fields';
import type { Stage } from '../../stage/stage';
import type { ViewerModel } from '../../viewer-model';
import { useStages } from './reference-lines';

export function Compare({ stage, model }: { stage: Stage; model: ViewerModel }): ReactElement {
  const others = [...model.stages.values()].filter((s) => s !== stage);
  useStages([stage, ...others]);
  return (
    <div className="scrolls" tabIndex={0}>
      <div className="sec">
        <div className="hd">{t('Linked')} <span className="grow" /> <KeyOf id="link.toggle" /></div>
        <Ties stage={stage} others={others} model={model} />
      </div>
      <div className="sec">
        <div className="hd">{t('Studies in view')}</div>
        {model.studies.map((study) => {
          const cells = model.hanging.cells.filter((uid) => model.series.get(uid)?.study.study_instance_uid === study.study_instance_uid).length;
          return (
            <div className="li plain" key={study.study_instance_uid}>
              <span className="grow clip">{study.study_description || study.modalities.join(', ')}<span className="t3 block xs">{isoDate(study.study_date) || t('no date')}</span></span>
              <span className="t3 xs">{cells ? t('{count} in view', { count: cells }) : t('in the rail')}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

const SWITCHES: [keyof Links, string][] = [['scroll', t('Scroll')], ['window', t('Window')], ['place', t('Zoom and pan')]];

function Ties({ stage, others, model }: { stage: Stage; others: Stage[]; model: ViewerModel }): ReactElement {
  const ties = others.map((other) => model.linker.tie(stage, other)).filter((t) => t.kind !== 'none');
  const set = (what: keyof Links, on: boolean) => {
    model.linker.links = { ...model.linker.links, [what]: on };
    if (on) model.linker.on = true;
    model.linker.align(stage);
    model.update();
  };
  const pin = () => {
    model.linker.pin(stage);
    model.linker.on = true;
    model.update();
  };
  const apart = Math.max(...ties.map((t) => t.found?.apart ?? 0));
  const how = ties.some((tie) => tie.kind === 'number') ? t('by number') : t('by position');
  return (
    <div className="pad links">
      {SWITCHES.map(([what, name]) => (
        <div className="row" key={what}>
          <Switch on={model.linker.on && model.linker.links[what]} onChange={(on) => set(what, on)} testid={`link-${what}`}>
            {what === 'scroll' && ties.length ? `${name}, ${how}` : name}
          </Switch>
          <span className="grow" />
          {what === 'scroll' && ties.length > 0 && how === 'by position' && <span className="t3 xs" data-testid="apart">{t('{length} mm apart', { length: number(apart, 1) })}</span>}
        </div>
      ))}
      <button className="btn" onClick={pin} disabled={!ties.length} data-testid="pin">
        <Icon of={IconPin} size="s" /> {t('These images belong together')} <KeyOf id="link.pin" />
      </button>
      <p className="hint">{noteOf(ties, others.length)}</p>
    </div>
  );
}

function noteOf(ties: { kind: string; pinned: boolean }[], others: number): string {
  if (!others) return t('One viewport: nothing to link with.');
  if (!ties.length) return t('No other stack runs the same way. Reference lines (R) show where they cut.');
  if (ties.some((tie) => tie.pinned)) return t('Pinned by you. Other studies keep their pin until this page is closed.');
  if (ties.some((tie) => tie.kind === 'registered')) return t('Other frame of reference: a registration says how it lies.');
  if (ties.some((tie) => tie.kind === 'position')) return t('Other frame of reference: the link uses table position. Pin two images to correct it.');
  if (ties.some((tie) => tie.kind === 'number')) return t('No position in the object: images are counted. Pin two images to correct it.');
  return t('Same frame of reference: the same place in the patient.');
}
