/** What the image wears: as acquired, every window and table of the object, and those the reader kept. */
import { IconArrowDown, IconArrowUp, IconPencil, IconPlus, IconX } from '@tabler/icons-react';
import { useState, type FormEvent, type ReactElement, type ReactNode } from 'react';
import { text } from '../../../core/dicom-json';
import { voisOf } from '../../../core/image-description';
import { t } from '../../../core/language';
import type { ImageRef } from '../../../domain/display-sets';
import { nameOf, sameVoi, windowText, type OwnPreset } from '../../../domain/presets';
import { dropPreset, keepPreset, movePreset, ownPresets } from '../../own-presets';
import { IconButton } from '../../parts/icon-button';
import { usePreferences } from '../../preferences';
import type { Stage } from '../../stage/stage';
import type { Snapshot } from '../../stage/view';
import type { ViewerModel } from '../../viewer-model';

interface Props {
  stage: Stage;
  snap: Snapshot;
  model: ViewerModel;
  image: ImageRef;
}

export function WindowSection({ stage, snap, model, image }: Props): ReactElement {
  usePreferences();
  const modality = text(image.dataset, '00080060');
  const grey = !snap.displaySet?.colour;
  return (
    <div className="sec" role="radiogroup" aria-label={t('Window')}>
      <div className="hd">
        {t('Window')} <span className="c">{t('what the image wears')}</span>
        <span className="grow" />
        {grey && <IconButton label={t('Keep this window')} icon={IconPlus} onClick={() => model.update({ keeping: !model.keeping })} testid="keep-window" />}
      </div>
      {model.keeping && grey && <KeepForm modality={modality} stage={stage} model={model} onDone={() => model.update({ keeping: false })} />}
      <Row name={t('As acquired')} on={!snap.voi} hint="0" onClick={() => model.act(() => stage.setVoi(undefined))} />
      {voisOf(image.dataset, image.frame, image.pixel).map((voi, i) => (
        <Row key={i} name={nameOf(voi) || windowText(voi)} detail={nameOf(voi) ? windowText(voi) : ''} on={sameVoi(snap.voi, voi)} onClick={() => model.act(() => stage.setVoi(voi))} />
      ))}
      {grey && ownPresets(modality).map((preset) => <OwnRow key={preset.name} preset={preset} snap={snap} stage={stage} model={model} />)}
    </div>
  );
}

function OwnRow({ preset, snap, stage, model }: { preset: OwnPreset; snap: Snapshot; stage: Stage; model: ViewerModel }): ReactElement {
  const [changing, setChanging] = useState(false);
  const voi = { kind: 'window', window: preset.window } as const;
  if (changing) return <ChangeForm preset={preset} model={model} onDone={() => setChanging(false)} />;
  return (
    <div className="row ownrow" data-testid="own-window">
      <Row name={preset.name} detail={windowText(voi)} on={sameVoi(snap.voi, voi)} hint={preset.key ? String(preset.key) : ''} onClick={() => model.act(() => stage.setVoi(voi))} />
      <IconButton label={t('Change {name}', { name: preset.name })} icon={IconPencil} onClick={() => setChanging(true)} testid="change-window" />
      <IconButton label={t('Forget {name}', { name: preset.name })} icon={IconX} onClick={() => dropPreset(model, preset)} testid="forget-window" />
    </div>
  );
}

/** Another name, key or place in the list. */
function ChangeForm({ preset, model, onDone }: { preset: OwnPreset; model: ViewerModel; onDone: () => void }): ReactElement {
  const keep = (name: string, key: number) => {
    keepPreset(model, { ...preset, name, key, window: { ...preset.window, explanation: name } }, preset);
    onDone();
  };
  return (
    <div data-testid="change-form">
      <PresetForm window={preset.window} first={preset} onKeep={keep} onDone={onDone}>
        <IconButton label={t('Further up')} icon={IconArrowUp} onClick={() => movePreset(model, preset, -1)} testid="window-up" />
        <IconButton label={t('Further down')} icon={IconArrowDown} onClick={() => movePreset(model, preset, 1)} testid="window-down" />
      </PresetForm>
    </div>
  );
}

function KeepForm({ modality, stage, model, onDone }: { modality: string; stage: Stage; model: ViewerModel; onDone: () => void }): ReactElement {
  const window = stage.currentWindow();
  const keep = (name: string, key: number) => {
    keepPreset(model, { modality, name, key, window: { ...window, explanation: name } });
    onDone();
  };
  return <PresetForm window={window} onKeep={keep} onDone={onDone} />;
}

interface FormProps {
  window: OwnPreset['window'];
  first?: OwnPreset;
  onKeep: (name: string, key: number) => void;
  onDone: () => void;
  children?: ReactNode;
}

function PresetForm({ window, first, onKeep, onDone, children }: FormProps): ReactElement {
  const [name, setName] = useState(first?.name ?? '');
  const [key, setKey] = useState(first?.key ?? 0);
  const keep = (e: FormEvent) => {
    e.preventDefault();
    if (name.trim()) onKeep(name.trim(), key);
  };
  return (
    <form className="pad keepform" onSubmit={keep} onKeyDown={(e) => e.key === 'Escape' && onDone()} data-testid="keep-form">
      <span className="t2 sm row gap4"><span className="grow">{windowText({ kind: 'window', window })}</span>{children}</span>
      <input className="field" placeholder={t('Name')} aria-label={t('Name of the window')} value={name} maxLength={40} autoFocus onChange={(e) => setName(e.target.value)} data-testid="keep-name" />
      <select className="field" aria-label={t('Key')} value={key} onChange={(e) => setKey(Number(e.target.value))} data-testid="keep-key">
        <option value={0}>{t('no key')}</option>
        {[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => <option key={n} value={n}>{t('key {number}', { number: n })}</option>)}
      </select>
      <button className="btn primary" disabled={!name.trim()} data-testid="keep-save">{t('Keep')}</button>
    </form>
  );
}

export function Row({ name, detail = '', on, hint, testid, onClick }: { name: string; detail?: string; on: boolean; hint?: string; testid?: string; onClick: () => void }): ReactElement {
  return (
    <button className={`li ${on ? 'on' : ''}`} onClick={onClick} role="radio" aria-checked={on} data-testid={testid}>
      <span className={`ck round ${on ? 'on' : ''}`} />
      <span className="grow clip">
        {name}
        {detail && <span className="t3 xs"> {detail}</span>}
      </span>
      {hint && <kbd>{hint}</kbd>}
    </button>
  );
}
