import { IconDatabase, IconDownload, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useSyncExternalStore, type ReactElement } from 'react';
import { sameVoi } from '../../../domain/presets';
import { Icon } from '../../parts/icon';
import { memoryBytes } from '../../stage/engine';
import type { Stage } from '../../stage/stage';
import { isFetched, type ViewerModel } from '../../viewer-model';
import { presetsOf } from './actions';

export function Foot({ model, act }: { model: ViewerModel; act: (id: string) => boolean }): ReactElement {
  const stage = model.stage();
  return (
    <footer className="foot">
      {stage && <StageFoot key={model.active} stage={stage} model={model} act={act} />}
      <span className="grow" />
      <Loading model={model} />
      <span className="row t3 gap4">
        <Icon of={IconDatabase} size="s" />
        {Math.round(memoryBytes() / 2 ** 20)} MB
      </span>
    </footer>
  );
}

function StageFoot({ stage, model, act }: { stage: Stage; model: ViewerModel; act: (id: string) => boolean }): ReactElement {
  const snap = useSyncExternalStore(stage.subscribe, stage.snapshot);
  const count = snap.displaySet?.images.length ?? 0;
  const presets = presetsOf(stage).slice(0, 9);
  return (
    <>
      {count > 1 && (
        <>
          <button className="ib flat" aria-label={model.playing ? 'Stop' : 'Play'} onClick={() => act('cine.toggle')} data-testid="cine">
            <Icon of={model.playing ? IconPlayerPause : IconPlayerPlay} size="m" />
          </button>
          <span data-testid="cine-rate">{Math.round(model.rate * 10) / 10} / s</span>
          <input
            className="slide"
            type="range"
            aria-label="Image"
            min={0}
            max={count - 1}
            value={snap.index}
            onChange={(e) => void stage.goTo(Number(e.target.value))}
            onKeyDown={(e) => e.preventDefault()}
            data-testid="slider"
          />
          <span className="t1" data-testid="image-number">{snap.index + 1} / {count}</span>
        </>
      )}
      <span className="row gap4 presets">
        {presets.map((preset, i) => (
          <button key={preset.name + i} className={`chip low ${sameVoi(snap.applied, preset.voi) ? 'on' : ''}`} onClick={() => stage.setVoi(preset.voi)} data-testid={`preset-${i + 1}`}>
            {preset.name} <kbd>{i + 1}</kbd>
          </button>
        ))}
        {presets.length > 4 && (
          <button className="chip low rest" aria-label="More windows" onClick={() => act('screen.palette')}>
            <kbd>5</kbd>…
          </button>
        )}
      </span>
    </>
  );
}

/** The series that is being fetched, in counts. */
function Loading({ model }: { model: ViewerModel }): ReactElement | null {
  const busy = [...model.series.values()].find((s) => {
    return model.hanging.cells.includes(s.series.series_instance_uid) && isFetched(s);
  });
  if (!busy) return null;
  return (
    <span className="row c-recv gap4" role="status" data-testid="loading">
      <Icon of={IconDownload} size="s" />
      Series {busy.series.series_number ?? ''}: {busy.loaded} of {busy.set?.images.length}
    </span>
  );
}
