/** Subtraction of a mask frame, and where the mask lies; in the panel. */
import { IconArrowDown, IconArrowLeft, IconArrowRight, IconArrowUp } from '@tabler/icons-react';
import { useSyncExternalStore, type ReactElement } from 'react';
import { number } from '../../../core/dicom-json';
import { fixed } from '../../../core/figures';
import { isColour } from '../../../core/image-description';
import { t } from '../../../core/language';
import { AS_RECOMMENDED, sameSubtraction } from '../../../domain/state-choice';
import { Switch } from '../../parts/fields';
import { Icon } from '../../parts/icon';
import type { Stage } from '../../stage/stage';
import type { Snapshot } from '../../stage/view';
import type { ViewerModel } from '../../viewer-model';

const WAYS = [['up', IconArrowUp, t('Move the mask up')], ['down', IconArrowDown, t('Move the mask down')], ['left', IconArrowLeft, t('Move the mask left')], ['right', IconArrowRight, t('Move the mask right')]] as const;
/** Where subtraction is what one looks for. */
const USUAL = new Set(['XA', 'RF', 'DX']);

export function MaskSection({ stage, snap, model }: { stage: Stage; snap: Snapshot; model: ViewerModel }): ReactElement | null {
  useSyncExternalStore(model.states.subscribe, model.states.snapshot);
  const { ref, subtraction } = snap;
  const frames = ref ? (number(ref.dataset, '00280008') ?? 1) : 1;
  const modality = String(ref?.dataset['00080060']?.Value?.[0] ?? '');
  const now = ref && model.states.subtraction(ref, snap);
  if (ref && frames < 2 && now?.error && !ref.computed) return <div className="sec" data-testid="mask"><div className="hd">{t('Subtraction')}</div><Wrong words={now.error} /></div>;
  if (!ref || frames < 2 || isColour(ref.pixel) || ref.computed || !(USUAL.has(modality) || '00286100' in ref.dataset || now?.on)) return null;
  const [down, left] = now?.shift ?? subtraction.shift;
  const change = (next: Partial<typeof subtraction>) => model.act(() => stage.setSubtraction({ ...subtraction, ...next }));
  return (
    <div className="sec" data-testid="mask">
      <div className="hd">{t('Subtraction')}</div>
      <div className="li plain"><Switch on={now?.on ?? false} onChange={(on) => change({ on })} testid="mask-on"><span className="clip">{t('Subtract the mask')}</span></Switch></div>
      <label className="pad row cut">
        <span className="t2 sm name">{t('Mask frame')}</span>
        <input className="field" type="number" min={1} max={frames} step={1} value={subtraction.frame ?? now?.frames[0] ?? 1} onChange={(e) => Number(e.target.value) >= 1 && Number(e.target.value) <= frames && change({ on: true, frame: Math.trunc(Number(e.target.value)) })} data-testid="mask-frame" />
        <button className="btn" onClick={() => model.run('mask.frame')} data-testid="mask-here">{t('This frame')}</button>
      </label>
      <div className="pad row wrap" role="group" aria-label={t('Pixel shift')}>
        <span className="t2 sm grow" data-testid="mask-shift">{`\u2193 ${fixed(down, 1)}\u2002\u2192 ${fixed(-left, 1)} px`}</span>
        {WAYS.map(([way, icon, name]) => <button key={way} className="btn ico" title={name} aria-label={name} onClick={() => model.run(`mask.${way}`)} data-testid={`mask-${way}`}><Icon of={icon} size="s" /></button>)}
      </div>
      {now && now.frames.length > 1 && subtraction.frame === undefined && <div className="pad t2 sm">{t('The mean of {count} frames is the mask.', { count: now.frames.length })}</div>}
      {now?.error && <Wrong words={now.error} />}
      {!sameSubtraction(subtraction, AS_RECOMMENDED) && <div className="pad row"><button className="btn" onClick={() => model.run('mask.reset')} data-testid="mask-reset">{t('Mask as the object says')}</button></div>}
    </div>
  );
}

/** Why the image is shown as it is stored. */
function Wrong({ words }: { words: string }): ReactElement {
  return <div className="pad t2 sm" role="alert" data-testid="mask-wrong">{words}</div>;
}
