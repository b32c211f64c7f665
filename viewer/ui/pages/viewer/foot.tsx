import { IconArrowsHorizontal, IconDatabase, IconDownload, IconLink, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useSyncExternalStore, type ReactElement } from 'react';
import { capitalised, number, t } from '../../../core/language';
import { seriesOfRun } from '../../../domain/runs';
import { sameVoi } from '../../../domain/presets';
import { Icon } from '../../parts/icon';
import { KeyOf } from '../../parts/keys';
import { usePreferences } from '../../preferences';
import { memoryBytes } from '../../stage/frames';
import { seriesOfCell } from '../../stage/reformatting';
import type { Stage } from '../../stage/stage';
import { isFetched, type ViewerModel } from '../../viewer-model';
import { presetsOf } from './actions';
import { ConnectionLine } from './connection-line';
import { HangingLine } from './hanging-line';
import { WindowsLine } from './windows-line';

export function Foot({ model, act }: { model: ViewerModel; act: (id: string) => boolean }): ReactElement {
  const stage = model.stage();
  return (
    <footer className="foot">
      {stage && <StageFoot key={model.active} stage={stage} model={model} act={act} />}
      <span className="grow" />
      {model.notice && <span className="t1" role="status" data-testid="notice">{model.notice}</span>}
      <ConnectionLine />
      <WindowsLine model={model} />
      <Loading model={model} />
      <HangingLine model={model} act={act} />
      <LinkState model={model} act={act} />
      <span className="row t3 gap4">
        <Icon of={IconDatabase} size="s" />
        {number(Math.round(memoryBytes() / 2 ** 20))} MB
      </span>
    </footer>
  );
}

function StageFoot({ stage, model, act }: { stage: Stage; model: ViewerModel; act: (id: string) => boolean }): ReactElement {
  const snap = useSyncExternalStore(stage.subscribe, stage.snapshot);
  usePreferences();
  const count = snap.displaySet?.images.length ?? 0;
  const { rate, sweep, range } = model.cine;
  const presets = presetsOf(stage).filter((p) => p.key);
  return (
    <>
      {count > 1 && (
        <>
          <button className="ib flat" aria-label={model.playing ? t('Stop') : t('Play')} onClick={() => act('cine.toggle')} data-testid="cine">
            <Icon of={model.playing ? IconPlayerPause : IconPlayerPlay} size="m" />
          </button>
          <span data-testid="cine-rate">{number(Math.round(rate * 10) / 10)} / s</span>
          <button className={`ib flat ${sweep ? 'on' : ''}`} aria-label={t('Play to and fro')} aria-pressed={sweep} title={t('To and fro')} onClick={() => act('cine.sweep')} data-testid="cine-sweep">
            <Icon of={IconArrowsHorizontal} size="m" />
          </button>
          <input
            className="slide"
            type="range"
            aria-label={t('Image')}
            min={0}
            max={count - 1}
            value={snap.index}
            onChange={(e) => void stage.goTo(Number(e.target.value))}
            onKeyDown={(e) => e.preventDefault()}
            style={range && { backgroundImage: rangeOf(range, count), backgroundSize: '100% 4px' }}
            data-testid="slider"
          />
          {range && (
            <button className="chip low" aria-label={t('Play all images')} onClick={() => act('cine.whole')} data-testid="cine-range">{range[0] + 1}–{range[1] + 1} ×</button>
          )}
          <span className="t1" data-testid="image-number">{snap.index + 1} / {count}</span>
        </>
      )}
      <span className="row gap4 presets">
        {presets.map((preset) => (
          <button key={preset.key} className={`chip low ${sameVoi(snap.applied, preset.voi) ? 'on' : ''}`} onClick={() => model.act(() => stage.setVoi(preset.voi))} data-testid={`preset-${preset.key}`}>
            {preset.name} <KeyOf id={`window.preset.${preset.key}`} />
          </button>
        ))}
        {presets.length > 4 && (
          <button className="chip low rest" aria-label={t('More windows')} onClick={() => act('screen.palette')}>
            <kbd>5</kbd>…
          </button>
        )}
      </span>
    </>
  );
}

/** What is played, on the slider. */
function rangeOf([from, to]: readonly [number, number], count: number): string {
  const [a, b] = [from, to].map((i) => `${(100 * i) / Math.max(count - 1, 1)}%`);
  return `linear-gradient(90deg, var(--bg-press) ${a}, var(--accent) ${a}, var(--accent) ${b}, var(--bg-press) ${b})`;
}

/** How the viewports are tied, when there is more than one. */
function LinkState({ model, act }: { model: ViewerModel; act: (id: string) => boolean }): ReactElement | null {
  const { on, links } = model.linker;
  if (!on || (model.hanging.cells.length < 2 && !model.together.partners.length)) return null;
  const what = [links.scroll && t('scroll'), links.window && t('window'), links.place && t('zoom')].filter(Boolean).join(', ');
  return (
    <button className="row gap4 linkstate" onClick={() => act('link.toggle')} title={t('Part them')} data-testid="link-state">
      <Icon of={IconLink} size="s" />
      {what ? capitalised(t('{what} linked', { what })) : t('Nothing linked')} <KeyOf id="link.toggle" />
    </button>
  );
}

/** The series that is being fetched, in counts. */
function Loading({ model }: { model: ViewerModel }): ReactElement | null {
  const busy = [...model.series.values()].find((s) => {
    return model.hanging.cells.some((cell) => seriesOfRun(seriesOfCell(cell)) === s.series.series_instance_uid) && isFetched(s);
  });
  if (!busy) return null;
  return (
    <span className="row c-recv gap4" role="status" data-testid="loading">
      <Icon of={IconDownload} size="s" />
      {t('Series {number}: {loaded} of {count}', { number: String(busy.series.series_number ?? ''), loaded: busy.loaded, count: busy.set?.images.length ?? 0 })}
    </span>
  );
}
