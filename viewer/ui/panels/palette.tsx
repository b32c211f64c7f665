/** Find or do (Ctrl K): every action with its key, every preset, every series. */
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { t } from '../../core/language';
import { GROUP_NAMES, matchesQuery, VIEWER_COMMANDS } from '../../domain/commands';
import { keyNow } from '../keys';
import { Icon } from '../parts/icon';
import { Caps } from '../parts/keys';
import { Words } from '../parts/words';
import { presetsOf } from '../pages/viewer/actions';
import type { ViewerModel } from '../viewer-model';
import { useModal } from '../parts/use-modal';

interface Entry {
  id: string;
  title: string;
  group: string;
  key: string;
  hint?: string | undefined;
  go: () => void;
}

interface Props {
  model: ViewerModel;
  onRun: (id: string) => boolean;
  /** Give a command another key. */
  onKey: (id: string) => void;
  onClose: () => void;
}

const MOST = 12;
const COMMANDS = new Set(VIEWER_COMMANDS.map((c) => c.id));

export function Palette({ model, onRun, onKey, onClose }: Props): ReactElement {
  useModal();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const entries = useMemo(() => entriesOf(model, onRun), [model, onRun]);
  const found = entries.filter((e) => matchesQuery(`${e.title} ${e.group}`, query)).slice(0, query ? 40 : MOST);
  useLayoutEffect(() => input.current?.focus(), []);
  const take = (entry: Entry | undefined) => {
    onClose();
    entry?.go();
  };
  const changeKey = (entry: Entry | undefined) => {
    if (!entry || !COMMANDS.has(entry.id)) return;
    onClose();
    onKey(entry.id);
  };
  const answer = (e: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) setAt(Math.min(Math.max(at + step, 0), found.length - 1));
    else if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) changeKey(found[at]);
    else if (e.key === 'Enter') take(found[at]);
    else if (e.key === 'Escape') onClose();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div className="shade" onPointerDown={(e) => e.target === e.currentTarget && onClose()}>
      <div className="dlg pal" role="dialog" aria-modal aria-label={t('Find or do')} data-testid="palette" onKeyDown={answer}>
        <div className="q">
          <Icon of={IconSearch} size="m" />
          <input
            ref={input}
            placeholder={t('Find or do')}
            value={query}
            role="combobox"
            aria-expanded
            aria-controls="palette-list"
            aria-activedescendant={found[at] ? `palette-${at}` : undefined}
            onChange={(e) => {
              setQuery(e.target.value);
              setAt(0);
            }}
            data-testid="palette-input"
          />
          <kbd>Esc</kbd>
        </div>
        <div className="menu plain" role="listbox" id="palette-list">
          {found.map((entry, i) => (
            <PaletteRow key={entry.id} entry={entry} index={i} on={i === at} onTake={() => take(entry)} onHover={() => setAt(i)} />
          ))}
          {!found.length && <p className="pad t3 sm">{t('Nothing is called “{query}”.', { query })}</p>}
        </div>
        <div className="palfoot xs t3">
          <span className="row gap4">
            <Words text="{arrows} choose {enter} do {both} change its key" with={{ arrows: <><kbd>↑</kbd><kbd>↓</kbd></>, enter: <kbd>Enter</kbd>, both: <><kbd>Ctrl</kbd><kbd>Enter</kbd></> }} />
          </span>
          <span className="grow" />
          {t('{count} commands', { count: COMMANDS.size })}
        </div>
      </div>
    </div>
  );
}

function PaletteRow({ entry, index, on, onTake, onHover }: { entry: Entry; index: number; on: boolean; onTake: () => void; onHover: () => void }): ReactElement {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (on) row.current?.scrollIntoView({ block: 'nearest' });
  }, [on]);
  return (
    <div ref={row} id={`palette-${index}`} role="option" aria-selected={on} className={`it ${on ? 'on' : ''}`} onClick={onTake} onPointerMove={onHover}>
      <span className="grow clip">{entry.title} {entry.hint && <span className="t3">{entry.hint}</span>}</span>
      <span className="t3 xs">{entry.group}</span>
      <Caps keys={entry.key} />
    </div>
  );
}

function entriesOf(model: ViewerModel, onRun: (id: string) => boolean): Entry[] {
  const listed = VIEWER_COMMANDS.filter((c) => c.id !== 'screen.palette' && !c.id.startsWith('window.preset'));
  const commands = listed.map((c) => ({ id: c.id, title: c.title, group: GROUP_NAMES[c.group], hint: c.hint, key: keyNow(c.id), go: () => void onRun(c.id) }));
  const stage = model.stage();
  const presets = presetsOf(stage).map((p, i) => ({ id: `preset-${i}`, title: `${p.name}`, group: GROUP_NAMES.Window, key: p.key ? keyNow(`window.preset.${p.key}`) : '', go: () => model.act(() => stage?.setVoi(p.voi)) }));
  const series = [...model.series.values()].map((s) => ({
    id: s.series.series_instance_uid,
    title: [s.series.series_number, s.series.series_description || s.series.modality].filter(Boolean).join('  '),
    group: 'Series',
    key: '',
    go: () => model.showSeries(s.series.series_instance_uid),
  }));
  return [...commands, ...presets, ...series];
}

