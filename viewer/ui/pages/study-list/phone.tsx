/** The study list on a phone: cards by day. */
import { IconAdjustmentsHorizontal, IconDownload, IconSearch } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { age, clockTime, isoDate } from '../../../core/dates';
import { number, t } from '../../../core/language';
import { daysAgo, isFiltered, NO_FILTERS, type Filters } from '../../../domain/filters';
import type { Choices, Session } from '../../../domain/server';
import { kindOf, type Study } from '../../../domain/study';
import { Account, PhoneTabs } from '../../panels/header';
import { Icon, Lamp } from '../../parts/icon';
import { Name } from '../../parts/person-name';
import { TypedInput } from '../../parts/typed-input';
import { useUnequalRows, type UnequalRows } from '../../parts/virtual-rows';
import { Chip, Chips, MoreFields } from './filter-row';
import { filtersOf, isShown, type Saved } from './saved';
import { Thumb } from './table';
import type { StudyList } from './use-studies';

interface Props {
  filters: Filters;
  onFilters: (f: Filters) => void;
  list: StudyList;
  alerts: number;
  onOpen: (study: Study) => void;
  session: Session;
  onLogout: () => void;
  saved: Saved;
  choices: Choices;
  children: ReactNode;
}

export function PhoneList({ filters, onFilters, list, alerts, onOpen, session, onLogout, saved, choices, children }: Props): ReactElement {
  const [more, setMore] = useState(false);
  const body = useRef<HTMLElement>(null);
  const heights = useMemo(() => list.studies.map((_, i) => CARD + (beginsDay(list.studies, i) ? DAY : 0)), [list.studies]);
  const rows = useUnequalRows(body, heights);
  return (
    <div className="ph phone" data-testid="study-list">
      <header className="phead">
        <span className="brand pbrand">
          <span className="c-warm"><Icon of={Lamp} /></span>
          {t('Studies')}
        </span>
        <span className="grow" />
        <Account session={session} onLogout={onLogout} />
        <button className={`ib ${more ? 'on' : ''}`} aria-label={t('Filters')} aria-expanded={more} onClick={() => setMore(!more)}>
          <Icon of={IconAdjustmentsHorizontal} />
        </button>
      </header>
      <div className="pfield">
        <label className="field">
          <Icon of={IconSearch} size="m" />
          <TypedInput value={filters.text} onValue={(text) => onFilters({ ...filters, text })} label={t('Name, ID, anything')} testid="search" />
        </label>
      </div>
      {more && (
        <div className="pfilters" data-testid="phone-filters">
          <label className="field"><span className="t3">{t('From {#date}')}</span><input type="date" aria-label={t('From {#date}')} value={filters.from} onChange={(e) => onFilters({ ...filters, from: e.target.value })} /></label>
          <label className="field"><span className="t3">{t('To {#date}')}</span><input type="date" aria-label={t('To {#date}')} value={filters.to} onChange={(e) => onFilters({ ...filters, to: e.target.value })} /></label>
          <MoreFields filters={filters} onFilters={onFilters} choices={choices} />
          <button className="btn" disabled={!isFiltered(filters)} onClick={() => onFilters({ ...NO_FILTERS, sort: filters.sort, descending: filters.descending })}>{t('Clear')}</button>
        </div>
      )}
      <div className="pchips">
        {saved.searches.map((search) => (
          <Chip key={search.id} on={isShown(search, filters)} onClick={() => onFilters(isShown(search, filters) ? NO_FILTERS : filtersOf(search))}>{search.name}</Chip>
        ))}
        <Chips filters={filters} onFilters={onFilters} receiving={[]} />
      </div>
      <main className="pscroll" data-testid="studies" ref={body}>
        {children}
        <Cards studies={list.studies} rows={rows} onOpen={onOpen} />
        {list.more && <Sentinel onSeen={list.loadMore} />}
      </main>
      <PhoneTabs session={session} page="studies" alerts={alerts} />
    </div>
  );
}

/** CSS pixels; the style has the same. */
const CARD = 68;
const DAY = 32;

function beginsDay(studies: readonly Study[], i: number): boolean {
  return i === 0 || studies[i - 1]?.study_date !== studies[i]?.study_date;
}

/** Only what is near the screen is drawn, of however many thousands. */
function Cards({ studies, rows, onOpen }: { studies: readonly Study[]; rows: UnequalRows; onOpen: (study: Study) => void }): ReactElement {
  const now = new Date();
  const begins = (i: number) => beginsDay(studies, i);
  const { first, last, topOf, height } = rows;
  return (
    <div className="cards" style={{ height }}>
      {studies.slice(first, last).map((study, k) => (
        <div key={study.study_instance_uid} className="cardrow" style={{ top: topOf(first + k) }}>
          {begins(first + k) && <div className="pday">{dayName(isoDate(study.study_date), now)}</div>}
          <Card study={study} onOpen={onOpen} />
        </div>
      ))}
    </div>
  );
}

function dayName(iso: string, now: Date): string {
  if (iso === daysAgo(0, now)) return t('Today');
  if (iso === daysAgo(1, now)) return t('Yesterday');
  return iso || t('No date');
}

function Card({ study, onOpen }: { study: Study; onOpen: (study: Study) => void }): ReactElement {
  const kind = kindOf(study.modalities);
  const who = [study.patient_species ?? '', study.patient_sex, age(study.patient_birth_date, study.study_date).replace(' y', '')].filter(Boolean).join(' ');
  return (
    <button className="pc" onClick={() => onOpen(study)} data-testid="study" data-study-uid={study.study_instance_uid}>
      <Thumb study={study} />
      <span className="grow">
        <span className="row gap6">
          <span className="pt clip"><Name of={study.patient_name} /></span>
          <span className="t3 sm nowrap">{who}</span>
          <span className="grow" />
          <span className="t3 sm">{clockTime(study.study_time)}</span>
        </span>
        <span className="row gap6">
          {kind.label && <span className={`mod ${kind.first}`}>{kind.label}</span>}
          <span className="t2 clip grow">{study.study_description}</span>
          {study.receiving ? (
            <span className="c-recv sm row gap4 nowrap"><Icon of={IconDownload} size="s" />{t('{n} so far', { n: study.number_of_instances })}</span>
          ) : (
            <span className="t3 sm nowrap">{study.number_of_series} / {number(study.number_of_instances)}</span>
          )}
        </span>
      </span>
    </button>
  );
}

function Sentinel({ onSeen }: { onSeen: () => void }): ReactElement {
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = mark.current;
    if (!element) return undefined;
    const observer = new IntersectionObserver((e) => e.some((x) => x.isIntersecting) && onSeen(), { rootMargin: '600px' });
    observer.observe(element);
    return () => observer.disconnect();
  });
  return <div ref={mark} style={{ height: 1 }} />;
}
