/** Which presentation state is in force, who made it, its layers; in the panel. */
import { useSyncExternalStore, type ReactElement } from 'react';
import { isoDate, isoDateTime } from '../../../core/dates';
import { t } from '../../../core/language';
import { NO_STATE } from '../../../domain/state-choice';
import { Switch } from '../../parts/fields';
import type { Stage } from '../../stage/stage';
import type { Snapshot } from '../../stage/view';
import type { Entry } from '../../states/book';
import type { ViewerModel } from '../../viewer-model';
import { Row } from './window-section';

export function StateSection({ stage, snap, model }: { stage: Stage; snap: Snapshot; model: ViewerModel }): ReactElement | null {
  useSyncExternalStore(model.states.subscribe, model.states.snapshot);
  const { ref, state } = snap;
  const entries = model.states.entriesFor(ref);
  if (!ref || !entries.length) return null;
  const now = model.states.chosen(ref, state);
  const choose = (uid: string) => model.act(() => stage.setState({ ...state, uid, hidden: [] }));
  const lack = now && model.states.lackOf(now, ref);
  const usable = entries.filter((e) => !model.states.whyNot(e, ref));
  return (
    <div className="sec" data-testid="states">
      <div className="hd">{t('Presentation state')} <span className="c">{t('{count} about this image', { count: entries.length })}</span></div>
      <div role="radiogroup" aria-label={t('Presentation state')}>
        <Row name={t('None')} on={!now} onClick={() => choose(NO_STATE)} testid="state-none" />
        {usable.map((entry) => (
          <Row key={entry.titles.uid} name={nameOf(entry)} detail={[isoDate(entry.titles.date), entry === usable[0] ? t('newest') : ''].filter(Boolean).join(', ')} on={entry === now} onClick={() => choose(entry.titles.uid)} testid="state" />
        ))}
      </div>
      {entries.filter((e) => !usable.includes(e)).map((entry) => (
        <div className="pad t2 sm" key={entry.titles.uid} data-testid="state-broken"><b>{nameOf(entry)}</b> {model.states.whyNot(entry, ref)}</div>
      ))}
      {now && <About entry={now} />}
      {lack && <div className="pad sm" role="status" data-testid="state-lack">{lack}</div>}
      {now && <div className="li plain"><Switch on={state.graphicsOnly} onChange={(graphicsOnly) => model.act(() => stage.setState({ ...state, graphicsOnly }))} testid="state-graphics"><span className="clip">{t('Graphics only')}</span></Switch></div>}
      {now && <Layers entry={now} stage={stage} snap={snap} model={model} />}
    </div>
  );
}

function nameOf({ titles, kind }: Entry): string {
  return titles.label || titles.description || kind;
}

export function factsOf({ titles, kind }: Entry): [string, string][] {
  const facts: [string, string][] = [
    [t('Label'), titles.label], [t('Description'), titles.description], [t('Author'), titles.author.replace(/\^+/g, ' ').trim()], [t('Made on'), isoDateTime(titles.date, titles.time)], [t('Kind'), kind],
  ];
  return facts.filter(([, value]) => value);
}

function About({ entry }: { entry: Entry }): ReactElement {
  return <div className="kv flush" data-testid="state-facts">{factsOf(entry).flatMap(([name, value]) => [<span key={name}>{name}</span>, <b key={`${name} value`}>{value}</b>])}</div>;
}

/** Where there is more than one to choose from, or one to switch off. */
function Layers({ entry, stage, snap, model }: { entry: Entry; stage: Stage; snap: Snapshot; model: ViewerModel }): ReactElement | null {
  const layers = [...(entry.state?.layers.values() ?? [])].sort((a, b) => b.order - a.order);
  const { state } = snap;
  if (!layers.length) return null;
  const toggle = (name: string, on: boolean) => model.act(() => stage.setState({ ...state, hidden: on ? state.hidden.filter((h) => h !== name) : [...state.hidden, name] }));
  return (
    <>
      {layers.map((layer) => (
        <div className="li plain" key={layer.name}>
          <Switch on={!state.hidden.includes(layer.name)} onChange={(on) => toggle(layer.name, on)} testid="state-layer"><span className="clip">{layer.name}</span></Switch>
          <span className="grow" />
          <span className="t3 xs clip">{layer.description}</span>
        </div>
      ))}
    </>
  );
}
