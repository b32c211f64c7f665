/** Which events: the search, the time, the kinds, what became of them, and with whom. */
import { IconChevronDown, IconSearch } from '@tabler/icons-react';
import { useState, type ReactElement, type RefObject } from 'react';
import { t } from '../../../core/language';
import { isFiltered, KINDS, kindsWords, NO_FILTER, OUTCOMES, readMoment, SPANS, type LogFilter } from '../../../domain/log';
import { Icon } from '../../parts/icon';
import { Popover } from '../../parts/popover';
import { CheckedInput, TypedInput } from '../../parts/typed-input';

interface Props {
  filter: LogFilter;
  onFilter: (f: LogFilter) => void;
  searchBox: RefObject<HTMLInputElement | null>;
  /** Of the events on the page. */
  peers: readonly string[];
}

export function FilterBar({ filter, onFilter, searchBox, peers }: Props): ReactElement {
  const set = (change: Partial<LogFilter>) => onFilter({ ...filter, ...change });
  return (
    <div className="logfilter" role="search">
      <label className="field grow">
        <Icon of={IconSearch} size="m" />
        <TypedInput inputRef={searchBox} value={filter.text} onValue={(text) => set({ text })} label={t('Words, UID, peer')} testid="log-text" />
        <kbd>/</kbd>
      </label>
      <Kinds kinds={filter.kinds} onKinds={(kinds) => set({ kinds })} />
      <Choice label={t('Outcome')} choices={OUTCOMES.map(({ outcome, label }) => [outcome, label])} value={filter.outcome} onValue={(outcome) => set({ outcome })} testid="outcome" />
      <label className="field peer">
        <TypedInput value={filter.peer} onValue={(peer) => set({ peer })} label={t('Peer or address')} testid="log-peer" list="log-peers" />
        <datalist id="log-peers">{peers.map((peer) => <option key={peer} value={peer} />)}</datalist>
      </label>
      <Choice label={t('Time')} choices={SPANS.map(({ span, label }) => [span, label])} value={filter.span} onValue={(span) => set({ span })} testid="span" />
      {filter.span === 'range' && (
        <span className="field dates moments">
          <Moment label={t('From {#date}')} testid="log-from" value={filter.from} onValue={(from) => set({ from })} />
          <span>…</span>
          <Moment label={t('To {#date}')} testid="log-to" value={filter.to} onValue={(to) => set({ to })} />
        </span>
      )}
      <button className="btn plain" disabled={!isFiltered(filter)} onClick={() => onFilter(NO_FILTER)} data-testid="clear">{t('Clear')}</button>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  choices: readonly (readonly [T, string])[];
  value: T;
  onValue: (value: T) => void;
  testid: string;
}

function Choice<T extends string>({ label, choices, value, onValue, testid }: ChoiceProps<T>): ReactElement {
  return (
    <span className="segm" role="radiogroup" aria-label={label}>
      {choices.map(([choice, words]) => (
        <button key={choice} role="radio" aria-checked={choice === value} className={choice === value ? 'on' : ''} onClick={() => onValue(choice)} data-testid={`${testid}-${choice || 'any'}`}>{words}</button>
      ))}
    </span>
  );
}

function Moment({ label, testid, value, onValue }: { label: string; testid: string; value: string; onValue: (v: string) => void }): ReactElement {
  return <CheckedInput value={value} onValue={onValue} label={label} testid={testid} form={t('year-month-day, or with hour:minute')} read={(text) => (readMoment(text) ? text : undefined)} whole={16} longest={19} />;
}

function Kinds({ kinds, onKinds }: { kinds: readonly string[]; onKinds: (kinds: readonly string[]) => void }): ReactElement {
  const [open, setOpen] = useState(false);
  const offered = KINDS.flatMap((group) => group.kinds);
  const others = kinds.filter((kind) => !offered.includes(kind));
  const button = (
    <button className={`btn ${kinds.length ? 'chosen' : ''}`} aria-expanded={open} onClick={() => setOpen(!open)} data-testid="kinds">
      <span className="clip">{kindsWords(kinds)}</span>
      <Icon of={IconChevronDown} size="s" />
    </button>
  );
  return (
    <Popover open={open} onClose={() => setOpen(false)} button={button} align="left">
      <div className="menu kindmenu">
        <button className="it" disabled={!kinds.length} onClick={() => onKinds([])} data-testid="kinds-any">{t('Any kind')}</button>
        {[...KINDS, { label: t('Others'), kinds: others }].map((group) => group.kinds.length > 0 && (
          <div role="group" aria-label={group.label} key={group.label}>
            <div className="say-who t3">{group.label}</div>
            {group.kinds.map((kind) => (
              <label className="it" key={kind}>
                <input className="box" type="checkbox" checked={kinds.includes(kind)} onChange={(e) => onKinds(e.target.checked ? [...kinds, kind] : kinds.filter((other) => other !== kind))} data-testid="kind" data-kind={kind} />
                {kind}
              </label>
            ))}
          </div>
        ))}
      </div>
    </Popover>
  );
}
