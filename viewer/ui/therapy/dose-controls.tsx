/** A dose over the images: wash, lines, their levels, and the way to its histograms. */
import { IconPlus, IconX } from '@tabler/icons-react';
import { lazy, Suspense, type ReactElement } from 'react';
import { text } from '../../core/dicom-json';
import { t } from '../../core/language';
import { doseText } from '../layers/dose';
import { useOwnState } from '../own-states';
import { Segments, Switch } from '../parts/fields';
import { IconButton } from '../parts/icon-button';
import type { ViewerModel } from '../viewer-model';
import { joinsOf } from './joins';
import { changeLook, lookOf, uidOf, USUAL_LEVELS, type Dose, type Look } from './objects';
import { Slider } from './slider';
import { therapyOf } from './therapy';

const Histograms = lazy(() => import('./histograms'));

export function DoseControls({ model, dose }: { model: ViewerModel; dose: Dose }): ReactElement {
  useOwnState(model.own, dose.state.series.series_instance_uid);
  const look = lookOf(model, dose);
  const therapy = therapyOf(model);
  const uid = uidOf(dose.dataset);
  const open = therapy.histograms === uid;
  const nowhere = joinsOf(model).words([text(dose.dataset, '00200052')]);
  const loaded = look.on || open ? therapy.dose(dose) : undefined;
  const change = (c: Partial<Look>) => changeLook(model, dose, c);
  const name = text(dose.dataset, '3004000A') || dose.state.series.series_description || '';
  return (
    <div className="sec" data-testid="dose" data-series-uid={dose.state.series.series_instance_uid}>
      <div className="hd">{t('Dose')} <span className="c clip">{name}</span></div>
      <div className="li plain"><Switch on={look.on} onChange={(on) => change({ on })} testid="dose-on"><span className="clip">{t('Lay over the images')}</span></Switch></div>
      {nowhere && <div className="rtsay" role="status" data-testid="dose-nowhere">{nowhere}</div>}
      {loaded?.words && <div className={`rtsay ${loaded.failed ? 'c-failed' : ''}`} role={loaded.failed ? 'alert' : 'status'} data-testid="dose-words">{loaded.words}</div>}
      {look.on && loaded?.grid && (
        <>
          <div className="rtsay" data-testid="dose-maximum">{t('Highest dose {value}', { value: doseText(loaded.grid.largest, loaded.grid.unit) })}{loaded.grid.unit === 'relative' ? ` (${t('relative, without unit')})` : ''}</div>
          <div className="li plain"><Switch on={look.lines} onChange={(lines) => change({ lines })} testid="dose-lines"><span className="clip">{t('Lines of equal dose')}</span></Switch></div>
          <div className="li plain"><Switch on={look.wash} onChange={(wash) => change({ wash })} testid="dose-wash"><span className="clip">{t('Colour wash')}</span></Switch></div>
          {look.wash && <Slider name={t('Opacity')} low={0} high={100} value={Math.round(look.opacity * 100)} onChange={(v) => change({ opacity: v / 100 })} testid="dose-opacity" />}
          <Levels model={model} dose={dose} look={look} change={change} unit={loaded.grid.unit} />
        </>
      )}
      <div className="pad row cut"><button className="btn" onClick={() => therapy.openHistograms(uid)} data-testid="dvh-open">{t('Dose-volume histogram')}</button></div>
      {open && <Suspense><Histograms model={model} dose={dose} onClose={() => therapy.openHistograms('')} /></Suspense>}
    </div>
  );
}

function Levels({ model, dose, look, change, unit }: { model: ViewerModel; dose: Dose; look: Look; change: (c: Partial<Look>) => void; unit: 'Gy' | 'relative' }): ReactElement {
  const therapy = therapyOf(model);
  const levels = therapy.levels(dose);
  const reference = therapy.reference(dose);
  const asked = levels.map((l) => (reference === undefined ? l.dose : Number(((l.dose * 100) / reference).toPrecision(6))));
  const put = (at: number, value: number) => value > 0 && change({ levels: asked.map((v, i) => (i === at ? value : v)) });
  const choices: [Look['of'], string][] = [['maximum', t('% of maximum')], ...(therapy.prescription(dose) === undefined ? [] : [['prescription', t('% of prescription')] as [Look['of'], string]]), ['dose', unit === 'Gy' ? 'Gy' : t('relative')]];
  return (
    <>
      <div className="pad row cut"><Segments label={t('Levels of')} value={look.of === 'prescription' && choices.length < 3 ? 'maximum' : look.of} choices={choices} onChange={(of) => change({ of, levels: undefined })} testid="dose-of" /></div>
      {levels.map((level, i) => (
        <div className="levelrow" key={i} data-testid="dose-level">
          <span className="swatch" style={{ background: `rgb(${level.colour.join(' ')})` }} />
          <LevelField value={asked[i] ?? 0} label={t('Level {number}', { number: i + 1 })} onChange={(v) => put(i, v)} />
          <span className="val">{level.words}</span>
          <IconButton label={t('Remove level {value}', { value: level.words })} icon={IconX} onClick={() => change({ levels: asked.filter((_, k) => k !== i) })} testid="dose-level-remove" />
        </div>
      ))}
      <div className="pad row cut">
        <button className="btn" disabled={levels.length >= 16} onClick={() => change({ levels: [...asked, Number(((asked.at(-1) ?? USUAL_LEVELS[0] ?? 100) / 2).toPrecision(3))] })} data-testid="dose-level-add"><IconPlus size={14} aria-hidden /> {t('Level')}</button>
        <button className="btn" onClick={() => change({ levels: undefined })} data-testid="dose-level-usual">{t('As usual')}</button>
      </div>
    </>
  );
}

/** Taken when it is left or Enter is pressed: half a number is no level. */
function LevelField({ value, label, onChange }: { value: number; label: string; onChange: (value: number) => void }): ReactElement {
  const take = (input: HTMLInputElement) => input.value !== '' && Number(input.value) !== value && onChange(Number(input.value));
  return <input key={value} className="field" type="number" step="any" min={0} defaultValue={value} aria-label={label} onBlur={(e) => take(e.currentTarget)} onKeyDown={(e) => e.key === 'Enter' && take(e.currentTarget)} data-testid="dose-level-value" />;
}
