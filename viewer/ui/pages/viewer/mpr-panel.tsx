/** What Multiplanar says and is told: the volume and what is odd about it, slab, slices, the drawn path. */
import type { ReactElement } from 'react';
import { number, t } from '../../../core/language';
import type { SlabMode } from '../../../core/reslice';
import { Segments, Switch } from '../../parts/fields';
import type { ViewerModel } from '../../viewer-model';

const MODES: readonly (readonly [SlabMode, string])[] = [['max', 'MIP'], ['min', 'MinIP'], ['mean', t('Average')]];

export function VolumeSection({ model }: { model: ViewerModel }): ReactElement | null {
  const now = model.multiplanar.active;
  if (!now) return null;
  const { size } = now.load.volume;
  return (
    <div className="sec" data-testid="volume-section">
      <div className="hd">{t('Volume')} <span className="c">{size.join(' × ')}</span></div>
      <Findings model={model} />
      <div className="li plain">
        <Segments label={t('Slab')} value={now.slab.mode} choices={MODES} onChange={(mode) => now.setMode(mode)} testid="slab-mode" />
        <span className="grow" />
        <input
          className="inp slab"
          type="number"
          min={0}
          max={200}
          step={1}
          aria-label={t('Thickness of the slab, mm')}
          value={now.slab.thickness}
          onChange={(e) => now.setSlab({ thickness: Number(e.target.value) || 0 })}
          data-testid="slab-thickness"
        />
        <span className="t3">mm</span>
      </div>
      <div className="li plain">
        <Switch on={now.server !== undefined} onChange={(on) => void model.multiplanar.setOnServer(on)} testid="planes-on-server"><span className="clip">{t('Reformat on the server')}</span></Switch>
      </div>
      {!now.server && <div className="li plain">
        <Switch on={now.steps} onChange={(on) => now.setSteps(on)} testid="slices-as-they-are"><span className="clip">{t('Slices as they are')}</span></Switch>
      </div>}
      <div className="li plain">
        <button className="btn" disabled={!now.oblique} onClick={() => now.straighten()} data-testid="straighten">{t('At right angles')}</button>
        <span className="grow" />
        {now.path.length > 0 && <button className="btn" onClick={() => now.clearPath()} data-testid="forget-path">{t('Forget the path')}</button>}
        {now.path.length > 1 && <button className="btn" onClick={() => model.multiplanar.makeCurve()} data-testid="make-curve">{t('Curved view')}</button>}
        {now.path.length < 2 && !now.server && <button className="btn" onClick={() => model.run('tool.curve')} data-testid="draw-path">{t('Draw a curve')}</button>}
      </div>
    </div>
  );
}

function Findings({ model }: { model: ViewerModel }): ReactElement {
  return (
    <>
      {model.multiplanar.findings().map((text) => <div className="li plain t2" key={text}>{text}</div>)}
    </>
  );
}

/** In the free cell: what the planes are made of. */
export function VolumeNote({ model }: { model: ViewerModel }): ReactElement | null {
  const now = model.multiplanar.active;
  if (!now) return null;
  const { load, plan } = now;
  return (
    <div className="say pass" role="status" data-testid="volume-note">
      <b>{t('Volume of series {series}', { series: String(model.series.get(now.series)?.series.series_number ?? '') })}</b>
      {!load.isComplete && <span data-testid="volume-progress">{t('{loaded} of {total} slices', { loaded: load.loaded, total: load.total })}</span>}
      {model.multiplanar.findings().map((text) => <span key={text} data-testid="finding">{text}</span>)}
      {load.isComplete && !model.multiplanar.findings().length && (
        <span data-testid="finding">{t('{slices} slices, {apart} mm apart.', { slices: load.loaded, apart: number(Number(apartOf(plan.findings).toFixed(2))) })}</span>
      )}
    </div>
  );
}

function apartOf(findings: readonly { kind: string; apart?: number }[]): number {
  return findings.find((f) => f.kind === 'even')?.apart ?? 0;
}
