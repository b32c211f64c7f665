/** Over the paper: layout, speed, gain, filters, group, what lies over it, printing. */
import { IconColumns2, IconPrinter, IconRulerMeasure } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { t } from '../../../core/language';
import { GAINS, LAYOUTS, SPEEDS, type PaperLayout } from '../../../domain/paper';
import { CALIPERS } from '../../../domain/calipers';
import { IconButton } from '../../parts/icon-button';
import { Segments } from '../../parts/fields';
import { groupName, type Recording } from './recording';
import type { WaveState } from './state';
import { caliperWords, lineWords } from './words';

export interface Other {
  /** SOP Instance UID. */
  uid: string;
  series: string;
  name: string;
}

interface Props {
  recording: Recording;
  state: WaveState;
  change: (change: Partial<WaveState>) => void;
  group: number;
  /** It has twelve leads to lay out. */
  hasLeads: boolean;
  others: readonly Other[];
  onBeside: (series: string) => void;
  onAlign: () => void;
  onPrint: () => void;
  onPanel: () => void;
  panelOn: boolean;
}

export function layoutWords(layout: PaperLayout): string {
  return { '3x4': '3 × 4 + II', '6x2': '6 × 2', '12x1': '12 × 1', stored: t('as stored') }[layout];
}

const MAINS = [0, 50, 60] as const;

export function WaveBar({ recording, state, change, group, hasLeads, others, onBeside, onAlign, onPrint, onPanel, panelOn }: Props): ReactElement {
  const { filters } = state;
  const groups = recording.groups.filter((g) => recording.traces.has(g.number));
  const chip = (on: boolean, words: string, testid: string, onClick: () => void) => <button className={`chip ${on ? 'on' : ''}`} aria-pressed={on} onClick={onClick} data-testid={testid}>{words}</button>;
  return (
    <div className="wavebar" role="toolbar" aria-label={t('Paper')}>
      {groups.length > 1 && (
        <select className="field" aria-label={t('Group')} value={group} onChange={(e) => change({ group: Number(e.target.value), begin: -Infinity, firstRow: 0 })} data-testid="wave-group">
          {groups.map((g) => <option key={g.number} value={g.number}>{groupName(g)}</option>)}
          <option value={0}>{t('All groups')}</option>
        </select>
      )}
      {hasLeads && <Segments label={t('Layout of the leads')} value={state.layout} choices={LAYOUTS.map((l) => [l, layoutWords(l)] as const)} onChange={(layout) => change({ layout, firstRow: 0 })} testid="wave-layout" />}
      <Segments label={t('Paper speed, mm/s')} value={String(state.speed)} choices={SPEEDS.map((s) => [String(s), s === state.speed ? `${s} mm/s` : String(s)] as const)} onChange={(s) => change({ speed: Number(s) })} testid="wave-speed" />
      <Segments label={t('Gain, mm/mV')} value={String(state.gain)} choices={GAINS.map((g) => [String(g), g === state.gain ? `${g} mm/mV` : String(g)] as const)} onChange={(g) => change({ gain: Number(g) })} testid="wave-gain" />
      {chip(filters.baseline, t('Base line'), 'wave-baseline', () => change({ filters: { ...filters, baseline: !filters.baseline } }))}
      {chip(filters.muscle, t('Muscle'), 'wave-muscle', () => change({ filters: { ...filters, muscle: !filters.muscle } }))}
      {chip(filters.mains > 0, filters.mains ? t('Mains {hertz} Hz', { hertz: String(filters.mains) }) : t('Mains off'), 'wave-mains', () => change({ filters: { ...filters, mains: MAINS[(MAINS.indexOf(filters.mains) + 1) % 3] ?? 0 } }))}
      <select className="field" aria-label={t('Caliper')} value={state.chosen} onChange={(e) => change({ chosen: CALIPERS.find((c) => c === e.target.value) ?? 'rr' })} data-testid="wave-caliper">
        {CALIPERS.map((name) => <option key={name} value={name}>{name === 'time' ? lineWords(name) : caliperWords(name)}</option>)}
      </select>
      <span className="grow" />
      {others.length > 0 && <CompareBox {...{ state, change, others, onBeside, onAlign }} />}
      <IconButton label={t('Print')} icon={IconPrinter} onClick={onPrint} testid="wave-print" />
      <IconButton label={t('Intervals')} icon={IconRulerMeasure} on={panelOn} onClick={onPanel} testid="wave-panel" />
    </div>
  );
}

/** Another recording: side by side, or over this one with its beats on those here. */
function CompareBox({ state, change, others, onBeside, onAlign }: Pick<Props, 'state' | 'change' | 'others' | 'onBeside' | 'onAlign'>): ReactElement {
  const chosen = others.find((o) => o.uid === state.over);
  const first = chosen ?? others[0];
  return (
    <>
      <select className="field" aria-label={t('Lay another recording over')} value={state.over} onChange={(e) => change({ over: e.target.value, shift: 0 })} data-testid="wave-over">
        <option value="">{t('Compare: none over it')}</option>
        {others.map((o) => <option key={o.uid} value={o.uid}>{t('Over: {name}', { name: o.name })}</option>)}
      </select>
      {chosen && <button className="btn" onClick={onAlign} data-testid="wave-align">{t('Align the beats')}</button>}
      {first && <IconButton label={t('Compare two, one above the other')} icon={IconColumns2} onClick={() => onBeside(first.series)} testid="wave-beside" />}
    </>
  );
}
