/** What the panel offers for three dimensions: how it looks, from where, and what is cut away. */
import { useSyncExternalStore, type ReactElement } from 'react';
import { lettersOf } from '../../../core/orientation';
import { FACES } from '../../../core/rays';
import type { Point3 } from '../../../core/geometry';
import { t } from '../../../core/language';
import type { Three, ThreeSnapshot } from '../../stage/three';
import { FROM_FACE } from '../../parts/faces';
import { Row } from './window-section';

export default function ThreeSection({ three, onClose }: { three: Three; onClose: () => void }): ReactElement {
  const snap = useSyncExternalStore(three.subscribe, three.snapshot);
  return (
    <div data-testid="three-panel">
      <div className="sec" role="radiogroup" aria-label={t('Looks')}>
        <div className="hd">{t('Looks')} <span className="c">{t('right drag: window')}</span></div>
        {snap.presets.map(({ id, name }) => <Row key={id} name={name} on={id === snap.preset} onClick={() => three.setPreset(id)} testid={`three-${id}`} />)}
      </div>
      <div className="sec">
        <div className="hd">{t('Seen')} <span className="c">{t('drag to turn')}</span></div>
        <div className="pad row wrap faces">
          {FACES.map((face) => (
            <button key={face} className="btn" aria-label={FROM_FACE[face]} title={FROM_FACE[face]} onClick={() => three.lookFrom(face)} data-testid={`three-from-${face}`}>{face}</button>
          ))}
          <button className="btn" onClick={() => three.reset()} data-testid="three-reset">{t('Reset')}</button>
        </div>
      </div>
      <div className="sec">
        <div className="hd">{t('Cut away')} <span className="c">{t('a box, and what is in front')}</span></div>
        {[0, 1, 2].map((axis) => <CropAxis key={axis} three={three} snap={snap} axis={axis} />)}
        <label className="pad row cut">
          <span className="t2 sm name">{t('In front')}</span>
          <input
            type="range" min={0} max={100} step={1} data-testid="three-clip"
            value={Number.isFinite(snap.crop.clip) ? Math.round(50 - (50 * snap.crop.clip) / (snap.reach || 1)) : 0}
            onChange={(e) => three.setCrop({ clip: Number(e.target.value) ? snap.reach * (1 - Number(e.target.value) / 50) : Infinity })}
          />
        </label>
      </div>
      <div className="pad"><button className="btn" onClick={onClose} data-testid="three-close">{t('Back to the slices')}</button></div>
    </div>
  );
}

/** Both ends of one axis of the box, called by where they lie in the patient. */
function CropAxis({ three, snap, axis }: { three: Three; snap: ThreeSnapshot; axis: number }): ReactElement {
  const way = snap.axes[axis] ?? [0, 0, 0];
  const letters = (sign: 1 | -1) => (!snap.inPatient ? `${sign < 0 ? '−' : '+'}${'XYZ'[axis] ?? ''}` : lettersOf(way.map((v) => v * sign) as Point3, snap.anatomy).slice(0, snap.anatomy === 'BIPED' ? 1 : 2));
  const { low, high } = snap.crop;
  const set = (end: 'low' | 'high', value: number) => {
    const gap = 0.01;
    const at = end === 'low' ? Math.min(value, (high[axis] ?? 1) - gap) : Math.max(value, (low[axis] ?? 0) + gap);
    three.setCrop({ [end]: snap.crop[end].map((v, i) => (i === axis ? at : v)) as Point3 });
  };
  return (
    <div className="pad row cut">
      <span className="t2 sm name">{`${letters(-1)} – ${letters(1)}`}</span>
      <input type="range" min={0} max={1} step={0.01} value={low[axis]} aria-label={t('From {side}', { side: letters(-1) })} onChange={(e) => set('low', Number(e.target.value))} data-testid={`three-low-${axis}`} />
      <input type="range" min={0} max={1} step={0.01} value={high[axis]} aria-label={t('To {side}', { side: letters(1) })} onChange={(e) => set('high', Number(e.target.value))} data-testid={`three-high-${axis}`} />
    </div>
  );
}
