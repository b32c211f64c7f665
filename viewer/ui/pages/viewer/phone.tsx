/** The viewer on a phone: one image, a strip of series, five tools at the thumb. */
import { IconArrowBackUp, IconChevronLeft, IconDots, IconRestore, IconZoomIn, IconPlayerPause, IconPlayerPlay, IconX } from '@tabler/icons-react';
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
import { Panel } from './panel';
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
          <h1 className="grow" data-testid="patient">
            <b className="pname"><Name of={study.patient_name} /></b>
            <span className="t2 sm pid">{identityLine(study)}</span>
          </h1>
        )}
        <button className="ib" aria-label={model.undoable ? t('Undo: {what}', { what: model.undoable }) : t('Nothing to undo')} disabled={!model.undoable} onClick={() => act('edit.undo')} data-testid="undo">
          <Icon of={IconArrowBackUp} />
        </button>
      </header>
      <div className="pstage">{children}</div>
      {model.notice && <p className="pnotice" role="status" data-testid="notice">{model.notice}</p>}
      <Strip model={model} />
      {more && <MoreSheet model={model} act={act} onClose={() => setMore(false)} />}
      {model.panel && !more && <PanelSheet model={model} />}
      <nav className="ptabs" aria-label={t('Tools')}>
        {TOOLS.map(([tool, label, icon]) => <ToolTab key={tool} tool={tool} label={label} icon={icon} model={model} act={act} />)}
        <button onClick={() => act('image.reset')}>
          <Icon of={IconRestore} size="l" />
          {t('Reset')}
        </button>
        <button className={more ? 'on' : ''} aria-expanded={more} onClick={() => setMore(!more)} data-testid="more">
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
    <div className="pstrip" data-theme="dark" data-testid="rail">
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

/** What shows the series in another way, and what leads on from there. */
const VOLUMES: [string, string][] = [
  ['volume.planes', t('Multiplanar')],
  ['tool.crosshair', t('Crosshair')],
  ['three.toggle', t('Three dimensions')],
  ['screen.panel', t('Panel')],
  ['edit.redo', t('Redo')],
];

/** Dim where it can do nothing; it then says why when pressed. */
function Chip({ id, label, model, act, onTaken }: { id: string; label: string; model: ViewerModel; act: (id: string) => boolean; onTaken: () => void }): ReactElement {
  const why = whyNot(id, model);
  const take = () => {
    onTaken();
    if (why) model.tell(why);
    else act(id);
  };
  return <button className={`chip ${why ? 'dim' : ''}`} aria-disabled={why !== '' || undefined} aria-description={why || undefined} onClick={take} data-testid={`more-${id.replace('.', '-')}`}>{label}</button>;
}

/** The panel, over the lower half. */
function PanelSheet({ model }: { model: ViewerModel }): ReactElement {
  return (
    <div className="ppanel">
      <button className="ib" aria-label={t('Close')} onClick={() => model.update({ panel: false })} data-testid="panel-close">
        <Icon of={IconX} />
      </button>
      <Panel model={model} />
    </div>
  );
}

function MoreSheet({ model, act, onClose }: { model: ViewerModel; act: (id: string) => boolean; onClose: () => void }): ReactElement {
  const stage = model.stage();
  const count = stage?.snapshot().displaySet?.images.length ?? 0;
  return (
    <div className="psheet" role="group" aria-label={t('More')} onKeyDown={(e) => e.key === 'Escape' && onClose()}>
      <div className="row wrap">
        {ACTS.map(([id, label]) => (
          <button key={id} className="chip" onClick={() => act(id)}>{label}</button>
        ))}
        {VOLUMES.map(([id, label]) => <Chip key={id} id={id} label={label} model={model} act={act} onTaken={onClose} />)}
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
