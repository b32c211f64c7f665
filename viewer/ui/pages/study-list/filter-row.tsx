/** The search box, the filters that are always there, those that open, and the chips under them. */
import { IconAdjustmentsHorizontal, IconCalendar, IconCheck, IconChevronDown, IconDownload, IconSearch, IconX } from '@tabler/icons-react';
import { useCallback, useState, type ReactElement, type ReactNode, type RefObject } from 'react';
import { isoDate, toDA } from '../../../core/dates';
import { number, t } from '../../../core/language';
import { daysAgo, isFiltered, type Filters } from '../../../domain/filters';
import type { Choices } from '../../../domain/server';
import type { Study, StudyCount } from '../../../domain/study';
import { Icon } from '../../parts/icon';
import { Popover } from '../../parts/popover';
import { CheckedInput, TypedInput } from '../../parts/typed-input';
import { KINDS, NO_COUNTS, type KindCounts } from './kind-counts';

interface Props {
  filters: Filters;
  onFilters: (f: Filters) => void;
  onClear: () => void;
  searchBox: RefObject<HTMLInputElement | null>;
  receiving: readonly Study[];
  choices: Choices;
  counts: KindCounts;
  /** At the end of the chips. */
  children: ReactNode;
}

const SPANS: [string, number][] = [
  [t('Today'), 0],
  [t('Last 2 days'), 1],
  [t('Last 7 days'), 6],
];

type TextKey = 'name' | 'patient_id' | 'birth_date' | 'accession' | 'description' | 'referring' | 'body_part' | 'source';

const MORE: [TextKey, string][] = [
  ['name', t('Patient name')],
  ['patient_id', t('Patient ID')],
  ['birth_date', t('Birth date')],
  ['accession', t('Accession number')],
  ['description', t('Description')],
  ['referring', t('Referrer')],
  ['body_part', t('Body part')],
  ['source', t('From, AE title')],
];

export function FilterRow({ filters, onFilters, onClear, searchBox, receiving, choices, counts, children }: Props): ReactElement {
  const used = MORE.filter(([key]) => filters[key]).length;
  const [more, setMore] = useState(used > 0);
  const set = (change: Partial<Filters>) => onFilters({ ...filters, ...change });
  return (
    <>
      <div className="search" role="search">
        <label className="field grow">
          <Icon of={IconSearch} size="m" />
          <TypedInput inputRef={searchBox} value={filters.text} onValue={(text) => set({ text })} label={t('Name, ID, accession, description, body part')} testid="search" />
          <kbd>/</kbd>
        </label>
        <Kind filters={filters} onFilters={onFilters} choices={choices} />
        <div className="field dates">
          <Icon of={IconCalendar} size="s" />
          <DateInput value={filters.from} onValue={(from) => set({ from })} label={t('From {#date}')} testid="date-from" />
          <span>…</span>
          <DateInput value={filters.to} onValue={(to) => set({ to })} label={t('To {#date}')} testid="date-to" />
        </div>
        <button className="btn" aria-expanded={more} onClick={() => setMore(!more)} data-testid="more-filters">
          <Icon of={IconAdjustmentsHorizontal} size="m" />
          {used ? t('{used} of {n} more', { used, n: MORE.length }) : t('{n} more', { n: MORE.length })}
        </button>
        <button className="btn plain" disabled={!isFiltered(filters)} onClick={onClear} data-testid="clear">{t('Clear')}</button>
      </div>
      {more && <div className="filters"><MoreFields filters={filters} onFilters={onFilters} choices={choices} /></div>}
      <Chips filters={filters} onFilters={onFilters} receiving={receiving} counts={counts}>{children}</Chips>
    </>
  );
}

/** One field for each thing that the box looks through, and where it came from. */
export function MoreFields({ filters, onFilters, choices }: Pick<Props, 'filters' | 'onFilters' | 'choices'>): ReactElement {
  const set = (change: Partial<Filters>) => onFilters({ ...filters, ...change });
  return (
    <>
      {MORE.map(([key, label]) => (
        <label className="field" key={key}>
          {key === 'birth_date' ? (
            <DateInput value={filters.birth_date} onValue={(birth_date) => set({ birth_date })} label={label} testid="filter-birth_date" />
          ) : (
            <TypedInput value={filters[key]} onValue={(v) => set({ [key]: v })} label={label} testid={`filter-${key}`} {...(key === 'source' ? { list: 'sources' } : {})} />
          )}
        </label>
      ))}
      <datalist id="sources">{choices.sources.map((source) => <option key={source} value={source} />)}</datalist>
    </>
  );
}

/** Every modality that studies here have. */
function Kind({ filters, onFilters, choices }: Pick<Props, 'filters' | 'onFilters' | 'choices'>): ReactElement {
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const { modality } = filters;
  const known = [...new Set([...choices.modalities, ...modality])];
  const words = modality.length === 0 ? t('any {#kind}') : modality.length < 3 ? modality.join(', ') : t('{n} kinds', { n: modality.length });
  const button = (
    <button className="field pick" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="kind">
      {t('Kind')} <span className="fv">{words}</span>
      <Icon of={IconChevronDown} size="s" />
    </button>
  );
  return (
    <Popover open={open} onClose={close} button={button} align="left">
      <div className="menu kinds" role="group" aria-label={t('Kind')}>
        {known.map((one) => {
          const on = modality.includes(one);
          return (
            <button key={one} className="it" role="checkbox" aria-checked={on} onClick={() => onFilters({ ...filters, modality: on ? modality.filter((m) => m !== one) : [...modality, one] })} data-testid={`kind-${one}`}>
              <span className={`ck ${on ? 'on' : ''}`}>{on && <Icon of={IconCheck} size="s" />}</span>
              {one}
            </button>
          );
        })}
        {known.length === 0 && <div className="h">{t('No study is here yet.')}</div>}
      </div>
    </Popover>
  );
}

/** ISO dates typed as text. */
function DateInput({ value, onValue, label, testid }: { value: string; onValue: (v: string) => void; label: string; testid: string }): ReactElement {
  return <CheckedInput value={value} onValue={onValue} label={label} testid={testid} form={t('year-month-day')} read={readDay} whole={10} longest={10} numeric />;
}

function readDay(text: string): string | undefined {
  const da = toDA(text);
  return da ? isoDate(da) : undefined;
}

type ChipsProps = Pick<Props, 'filters' | 'onFilters' | 'receiving'> & { counts?: KindCounts; children?: ReactNode };

export function Chips({ filters, onFilters, receiving, counts = NO_COUNTS, children }: ChipsProps): ReactElement {
  const today = new Date();
  const set = (change: Partial<Filters>) => onFilters({ ...filters, ...change });
  return (
    <div className="chiprow">
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
            <Chip key={label} on={on} onClick={() => set({ modality: on ? others : [...others, ...kinds] })} testid={`chip-${kinds[0]}`}>
              {label} <Count of={counts.get(label)} />
            </Chip>
          );
        })}
        {(receiving.length > 0 || filters.receiving) && (
          <Chip on={filters.receiving} onClick={() => set({ receiving: !filters.receiving })} testid="receiving">
            <span className="c-recv"><Icon of={IconDownload} size="s" /></span>
            {t('Receiving')} <span className="c">{receiving.length}</span>
          </Chip>
        )}
      </div>
      {children}
    </div>
  );
}

/** So many or more of a kind; nothing where there is none or nobody has counted yet. */
function Count({ of }: { of: StudyCount | undefined }): ReactElement | null {
  return of?.total ? <span className="c">{number(of.total)}{of.total_is_all ? '' : '+'}</span> : null;
}

export function Chip({ on, onClick, testid, children }: { on: boolean; onClick: () => void; testid?: string; children: ReactNode }): ReactElement {
  return (
    <button className={`chip ${on ? 'on' : ''}`} aria-pressed={on} onClick={onClick} data-testid={testid}>
      {children}
      {on && <Icon of={IconX} size="s" />}
    </button>
  );
}
