/** The viewer on a phone: one image, a strip of series, five tools at the thumb. */
import { IconChevronLeft, IconDots, IconRestore, IconZoomIn, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState, type ComponentType, type ReactElement, type ReactNode } from 'react';
import { t } from '../../../core/language';
import { identityLine } from '../../../domain/study';
import { Icon, ScrollGlyph, WindowGlyph } from '../../parts/icon';
import { Name } from '../../parts/person-name';
import { railOrder, thumbnailOf } from '../../runs';
import { useRest } from '../../parts/use-rest';
import type { Tool, ViewerModel } from '../../viewer-model';
import { presetsOf, type Screen } from './actions';
import { barStudy } from './bar-study';
import { whyNot } from './possible';
import { restOf } from './tool-bar';

type Glyph = ComponentType<{ size?: number | string; stroke?: number | string; className?: string }>;

interface Props {
  model: ViewerModel;
  act: (id: string) => boolean;
  screen: Screen;
  children: ReactNode;
}

const TOOLS: [Tool, string, Glyph][] = [
  ['window', t('Window'), WindowGlyph],
  ['scroll', t('Scroll'), ScrollGlyph],
  ['zoom', t('Zoom'), IconZoomIn],
];

export function PhoneViewer({ model, act, children }: Props): ReactElement {
  const [more, setMore] = useState(false);
  const study = barStudy(model);
  return (
    <div className="ph phone black" data-testid="viewer">
      <header className="phead" data-testid="patient-bar">
        <button className="ib" aria-label={t('Back')} onClick={() => act('study.list')}>
          <Icon of={IconChevronLeft} />
        </button>
        {study && (
          <span className="grow" data-testid="patient">
            <b className="pname"><Name of={study.patient_name} /></b>
            <span className="t2 sm pid">{identityLine(study)}</span>
          </span>
        )}
        <button className="ib" aria-label={t('More')} aria-expanded={more} onClick={() => setMore(!more)}>
          <Icon of={IconDots} />
        </button>
      </header>
      <div className="pstage">{children}</div>
      <Strip model={model} />
      {more && <MoreSheet model={model} act={act} onClose={() => setMore(false)} />}
      <nav className="ptabs" aria-label={t('Tools')}>
        {TOOLS.map(([tool, label, icon]) => <ToolTab key={tool} tool={tool} label={label} icon={icon} model={model} act={act} />)}
        <button onClick={() => act('image.reset')}>
          <Icon of={IconRestore} size="l" />
          {t('Reset')}
        </button>
        <button className={more ? 'on' : ''} onClick={() => setMore(!more)} data-testid="more">
          <Icon of={IconDots} size="l" />
          {t('More')}
        </button>
      </nav>
    </div>
  );
}

function ToolTab({ tool, label, icon, model, act }: { tool: Tool; label: string; icon: Glyph; model: ViewerModel; act: (id: string) => boolean }): ReactElement {
  const why = whyNot(`tool.${tool}`, model);
  const resting = useRest(restOf(`tool.${tool}`, model));
  const on = model.tool === tool;
  return (
    <button className={`${on ? 'on' : ''} ${why ? 'dim' : ''}`} aria-pressed={on} aria-disabled={why !== '' || undefined} aria-description={why || undefined} {...resting} onClick={() => act(`tool.${tool}`)} data-testid={`tool-${tool}`}>
      <Icon of={icon} size="l" />
      {label}
    </button>
  );
}

function Strip({ model }: { model: ViewerModel }): ReactElement {
  const active = model.hanging.cells[model.active];
  return (
    <div className="pstrip" data-testid="rail">
      {railOrder(model).map((uid) => {
        const state = model.series.get(uid);
        if (!state) return null;
        const count = state.set?.images.length ?? state.series.number_of_instances;
        return (
          <button key={uid} className={uid === active ? 'on' : ''} onClick={() => model.showSeries(uid)} data-testid="series" data-series-uid={uid}>
            <span className="unseen">{state.series.series_description || state.series.modality}</span>
            {state.series.is_image && !state.error ? (
              <img alt="" loading="lazy" fetchPriority="low" src={thumbnailOf(state)} />
            ) : (
              <span className="t3" aria-hidden>{state.series.modality}</span>
            )}
            {count > 0 && <em>{count}</em>}
          </button>
        );
      })}
    </div>
  );
}

const ACTS: [string, string][] = [
  ['image.fit', t('Fit')],
  ['image.one', '1:1'],
  ['image.invert', t('Invert')],
  ['image.right', t('Turn')],
  ['image.flip-h', t('Flip')],
  ['screen.texts', t('Texts')],
];

function MoreSheet({ model, act, onClose }: { model: ViewerModel; act: (id: string) => boolean; onClose: () => void }): ReactElement {
  const stage = model.stage();
  const count = stage?.snapshot().displaySet?.images.length ?? 0;
  return (
    <div className="psheet" role="dialog" aria-label={t('More')}>
      <div className="row wrap">
        {ACTS.map(([id, label]) => (
          <button key={id} className="chip" onClick={() => act(id)}>{label}</button>
        ))}
        {count > 1 && (
          <button className="chip" onClick={() => act('cine.toggle')}>
            <Icon of={model.playing ? IconPlayerPause : IconPlayerPlay} size="s" />
            {model.playing ? t('Stop') : t('Play')}
          </button>
        )}
      </div>
      <div className="row wrap">
        <button className="chip" onClick={() => act('window.acquired')}>{t('As acquired')}</button>
        {presetsOf(stage).map((preset) => (
          <button
            key={preset.name}
            className="chip"
            onClick={() => {
              model.act(() => stage?.setVoi(preset.voi));
              onClose();
            }}
          >
            {preset.name}
          </button>
        ))}
      </div>
    </div>
  );
}
