/** The event log: who called, what was asked, what became of it. Its filter lives in the address. */
import { IconArrowUp, IconFileDownload } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent as TypedKey, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { isFiltered, logAddress, logQuery, NO_FILTER, OUTCOMES, readLogAddress, type LogEvent, type LogFilter } from '../../../domain/log';
import { may } from '../../../domain/server';
import { useJobsWatch } from '../../jobs-watch';
import { ForAdministrators, ListFrame, type PageProps } from '../../panels/list-frame';
import { Icon } from '../../parts/icon';
import { secondsTo, useNow } from '../../parts/polling';
import { Say } from '../../parts/say';
import { navigate } from '../../router';
import { logFile } from '../../server/http-server';
import { FilterBar } from './filter-bar';
import { Bars, Table, type Place } from './table';
import { MOST_COMING, useLog, type Log } from './use-log';

const KEYS: [string, string][] = [
  ['↑ ↓', t('move')],
  ['PgUp PgDn', t('move by ten')],
  ['Home', t('the newest, with what is new')],
  ['End', t('the oldest that was read')],
  ['Enter', t('look at it, close it')],
  ['Esc', t('close it')],
  ['/', t('search')],
  ['1 – 4', t('all, failed, warnings, done')],
  ['?', t('this')],
];

const AT_TOP: Place = { cursor: null, open: null, visit: 0 };
const MOST_PEERS = 100;

interface Props extends PageProps {
  search: string;
}

export default function LogPage(props: Props): ReactElement {
  useEffect(() => {
    document.title = `${t('Log')} · Reading Room`;
  }, []);
  return may(props.session, 'administrator') ? <Book {...props} /> : <ForAdministrators {...props} page="log" keys={KEYS} title={t('The events of the log are for administrators.')} />;
}

function Book({ session, search, onLogout, onExpired }: Props): ReactElement {
  const filter = useMemo(() => readLogAddress(search), [search]);
  const [place, setPlace] = useState(AT_TOP);
  const [away, setAway] = useState(false);
  const held = place.cursor !== null || place.open !== null || away;
  const key = logQuery(filter, new Date()).toString();
  const log = useLog(key, held, onExpired);
  const watch = useJobsWatch(session, onExpired);
  const now = useNow(Boolean(log.failure));
  const searchBox = useRef<HTMLInputElement>(null);
  const { events } = log;
  const at = place.cursor === null ? 0 : Math.max(events.findIndex((event) => event.id === place.cursor), 0);
  const peers = useMemo(() => peersOf(events), [events]);

  const go = useCallback((cursor: number | null, open: number | null) => setPlace((p) => ({ cursor, open, visit: p.visit + 1 })), []);
  useEffect(() => go(null, null), [key, go]);
  const show = useCallback((f: LogFilter) => navigate(logAddress(f), true), []);
  const toggle = useCallback((event: LogEvent) => setPlace((p) => ({ cursor: event.id, open: p.open === event.id ? null : event.id, visit: p.visit + 1 })), []);

  const onKey = (e: KeyboardEvent): boolean => {
    if (e.ctrlKey || e.metaKey) return false;
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 }[e.key];
    const outcome = OUTCOMES[Number(e.key) - 1];
    const current = events[at];
    if (move !== undefined) {
      const to = Math.min(Math.max(at + move, 0), events.length - 1);
      // The newest row is no place to be held: what is new comes in above it.
      go(to > 0 ? (events[to]?.id ?? null) : null, e.key === 'Home' ? null : place.open);
    } else if (e.key === '/') searchBox.current?.focus();
    else if (e.key === 'Escape') go(at > 0 ? place.cursor : null, null);
    else if (e.key === 'Enter' && current) toggle(current);
    else if (outcome && /^[1-4]$/.test(e.key)) show({ ...filter, outcome: outcome.outcome });
    else return false;
    return true;
  };
  const onSearchKey = (e: TypedKey) => {
    if (e.target !== searchBox.current || !['ArrowDown', 'ArrowUp', 'Enter', 'Escape'].includes(e.key)) return;
    searchBox.current.blur();
    if (e.key === 'ArrowDown') onKey(e.nativeEvent);
    e.preventDefault();
  };

  const foot = (
    <>
      <span data-testid="sums">{log.done && (log.more ? t('{n} {n|event|events}, older ones below', { n: events.length }) : t('{n} {n|event|events}', { n: events.length }))}</span>
      <span className="grow" />
      <span className="keyhints"><kbd>↑</kbd><kbd>↓</kbd> {t('move')} <kbd>Enter</kbd> {t('look')} <kbd>/</kbd> {t('search')}</span>
    </>
  );
  return (
    <ListFrame session={session} onLogout={onLogout} page="log" watch={watch} keys={KEYS} onKey={onKey} foot={foot}>
      <div className="title logtitle">
        <h1>{t('Log')}</h1>
        <span role="status">
          {held && log.coming > 0 && (
            <button className="btn plain c-accent" onClick={() => go(null, null)} data-testid="coming">
              <Icon of={IconArrowUp} size="m" />
              {log.coming > MOST_COMING ? t('More than {n} new', { n: MOST_COMING }) : t('{n} new', { n: log.coming })} <kbd>Home</kbd>
            </button>
          )}
        </span>
        <span className="grow" />
        <a className="btn" href={logFile(new URLSearchParams(key))} download data-testid="export"><Icon of={IconFileDownload} size="m" />{t('Export CSV')}</a>
      </div>
      <div onKeyDown={onSearchKey}><FilterBar filter={filter} onFilter={show} searchBox={searchBox} peers={peers} /></div>
      {log.failure && events.length > 0 && (
        <div className="note failed" role="alert" data-testid="lost"><p>{log.failure} {t('What you see is from before. Trying again in {seconds} s.', { seconds: secondsTo(log.retryAt, now) })}</p></div>
      )}
      {events.length > 0 ? (
        <Table log={log} place={place} at={at} now={now} onToggle={toggle} onAway={setAway} />
      ) : (
        <Nothing log={log} filter={filter} now={now} onAll={() => show(NO_FILTER)} />
      )}
    </ListFrame>
  );
}

function Nothing({ log, filter, now, onAll }: { log: Log; filter: LogFilter; now: Date; onAll: () => void }): ReactElement | null {
  if (log.failure) {
    return (
      <Say title={log.failure} detail={t('The log is kept on the server and goes on. Trying again in {seconds} s.', { seconds: secondsTo(log.retryAt, now) })} failed>
        <button className="btn" onClick={log.look}>{t('Try now')}</button>
      </Say>
    );
  }
  if (!log.done) return log.slow ? <Bars /> : null;
  if (!isFiltered(filter)) return <Say title={t('Nothing has happened yet.')} detail={t('Associations, requests, objects, logins and changes stand here as they come.')} />;
  const whole = filter.peer.trim() ? `${t('“{peer}” has to be a whole AE title, user or address.', { peer: filter.peer.trim() })} ` : '';
  return (
    <Say title={t('No event fits these filters.')} detail={`${whole}${t('New ones that fit appear here as they come.')}`}>
      <button className="btn" onClick={onAll}>{t('Show all events')}</button>
    </Say>
  );
}

function peersOf(events: readonly LogEvent[]): string[] {
  const peers = new Set(events.slice(0, 2000).map((event) => event.peer).filter(Boolean));
  return [...peers].sort((a, b) => a.localeCompare(b)).slice(0, MOST_PEERS);
}
