import { IconAdjustmentsHorizontal, IconCalendar, IconDownload, IconSearch, IconX } from '@tabler/icons-react';
import { useState, type ReactElement, type RefObject } from 'react';
import { isoDate, toDA } from '../../../core/dates';
import { daysAgo, isFiltered, type Filters } from '../../../domain/filters';
import type { Study } from '../../../domain/study';
import { Icon } from '../../parts/icon';
import { CheckedInput, TypedInput } from '../../parts/typed-input';

interface Props {
  filters: Filters;
  onFilters: (f: Filters) => void;
  onClear: () => void;
  searchBox: RefObject<HTMLInputElement | null>;
  receiving: readonly Study[];
}

export const KINDS: [string, string[]][] = [
  ['CT', ['CT']],
  ['MR', ['MR']],
  ['X-ray', ['CR', 'DX', 'RF', 'XA', 'MG', 'PX', 'IO']],
  ['US', ['US', 'IVUS']],
  ['Nuclear', ['NM', 'PT']],
];

const SPANS: [string, number][] = [
  ['Today', 0],
  ['Last 2 days', 1],
  ['Last 7 days', 6],
];

type TextKey = 'name' | 'patient_id' | 'birth_date' | 'accession' | 'description' | 'referring';

const MORE: [TextKey, string][] = [
  ['name', 'Patient name'],
  ['patient_id', 'Patient ID'],
  ['birth_date', 'Birth date, YYYY-MM-DD'],
  ['accession', 'Accession number'],
  ['description', 'Description'],
  ['referring', 'Referrer'],
];

export function FilterRow({ filters, onFilters, onClear, searchBox, receiving }: Props): ReactElement {
  const used = MORE.filter(([key]) => filters[key]).length;
  const [more, setMore] = useState(used > 0);
  const set = (change: Partial<Filters>) => onFilters({ ...filters, ...change });
  return (
    <>
      <div className="search" role="search">
        <label className="field grow">
          <Icon of={IconSearch} size="m" />
          <TypedInput inputRef={searchBox} value={filters.text} onValue={(text) => set({ text })} label="Name, ID, accession, description" testid="search" />
          <kbd>/</kbd>
        </label>
        <div className="field dates">
          <Icon of={IconCalendar} size="s" />
          <DateInput value={filters.from} onValue={(from) => set({ from })} label="From" testid="date-from" />
          <span>…</span>
          <DateInput value={filters.to} onValue={(to) => set({ to })} label="To" testid="date-to" />
        </div>
        <button className="btn" aria-expanded={more} onClick={() => setMore(!more)} data-testid="more-filters">
          <Icon of={IconAdjustmentsHorizontal} size="m" />
          {used ? `${used} of 6 more` : '6 more'}
        </button>
        <button className="btn plain" disabled={!isFiltered(filters)} onClick={onClear} data-testid="clear">Clear</button>
      </div>
      {more && (
        <div className="filters">
          {MORE.map(([key, label]) => (
            <label className="field" key={key}>
              <TypedInput value={filters[key]} onValue={(v) => set({ [key]: v })} label={label} testid={`filter-${key}`} />
            </label>
          ))}
        </div>
      )}
      <Chips filters={filters} onFilters={onFilters} receiving={receiving} />
    </>
  );
}

/** ISO dates typed as text. */
function DateInput({ value, onValue, label, testid }: { value: string; onValue: (v: string) => void; label: string; testid: string }): ReactElement {
  return <CheckedInput value={value} onValue={onValue} label={label} testid={testid} form="year-month-day" read={readDay} whole={10} longest={10} numeric />;
}

function readDay(text: string): string | undefined {
  const da = toDA(text);
  return da ? isoDate(da) : undefined;
}

export function Chips({ filters, onFilters, receiving }: Pick<Props, 'filters' | 'onFilters' | 'receiving'>): ReactElement {
  const today = new Date();
  const set = (change: Partial<Filters>) => onFilters({ ...filters, ...change });
  return (
    <div className="chips" data-testid="chips">
      {SPANS.map(([label, days]) => {
        const from = daysAgo(days, today);
        const on = filters.from === from && !filters.to;
        return (
          <Chip key={label} on={on} onClick={() => set(on ? { from: '', to: '' } : { from, to: '' })}>{label}</Chip>
        );
      })}
      {KINDS.map(([label, kinds]) => {
        const on = kinds.every((k) => filters.modality.includes(k));
        const others = filters.modality.filter((m) => !kinds.includes(m));
        return (
          <Chip key={label} on={on} onClick={() => set({ modality: on ? others : [...others, ...kinds] })}>{label}</Chip>
        );
      })}
      {receiving.length > 0 && (
        <span className="chip static" data-testid="receiving">
          <span className="c-recv"><Icon of={IconDownload} size="s" /></span>
          Receiving <span className="c">{receiving.length}</span>
        </span>
      )}
    </div>
  );
}

function Chip({ on, onClick, children }: { on: boolean; onClick: () => void; children: string }): ReactElement {
  return (
    <button className={`chip ${on ? 'on' : ''}`} aria-pressed={on} onClick={onClick}>
      {children}
      {on && <Icon of={IconX} size="s" />}
    </button>
  );
}
