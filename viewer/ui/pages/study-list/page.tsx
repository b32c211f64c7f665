/** The study list: filters, table, drawer. Filters live in the address, rows come by cursor. */
import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { fromQuery, isFiltered, NO_FILTERS, toQuery, type Filters } from '../../../domain/filters';
import type { Job } from '../../../domain/jobs';
import { may, type Session } from '../../../domain/server';
import type { Study } from '../../../domain/study';
import { useJobsWatch } from '../../jobs-watch';
import { Header } from '../../panels/header';
import { KeyHelp } from '../../panels/key-help';
import { isTyping, useMedia } from '../../parts/browser';
import { useKeys } from '../../parts/use-keys';
import { navigate, viewerAddress } from '../../router';
import { Drawer } from './drawer';
import { FilterRow } from './filter-row';
import { Foot } from './foot';
import { PhoneList } from './phone';
import { SendDialog } from './send-dialog';
import { Sent } from './sent';
import { Nothing, ServerLost } from './states';
import { Table } from './table';
import { useDeleting } from './use-deleting';
import { useStudies } from './use-studies';

interface Props {
  session: Session;
  search: string;
  onLogout: () => void;
  onExpired: () => void;
}

const KEYS: [string, string][] = [
  ['/', 'search'],
  ['↑ ↓', 'move'],
  ['PgUp PgDn', 'move by ten'],
  ['Home End', 'first and last'],
  ['Space', 'look without opening'],
  ['Enter', 'open'],
  ['Ctrl E', 'send'],
  ['Del', 'delete, for administrators'],
  ['Ctrl Z', 'bring back what was just deleted'],
  ['Esc', 'leave the search, close the look'],
  ['?', 'this'],
];

export default function StudyListPage({ session, search, onLogout, onExpired }: Props): ReactElement {
  const filters = useMemo(() => fromQuery(new URLSearchParams(search)), [search]);
  const setFilters = useCallback((f: Filters) => navigate(`/?${toQuery(f)}`, true), []);
  const query = useMemo(() => toQuery(filters).toString(), [filters]);
  const list = useStudies(query, onExpired);
  const phone = useMedia('(max-width: 640px)');
  const [cursor, setCursor] = useState(0);
  const [drawer, setDrawer] = useState(false);
  const [help, setHelp] = useState(false);
  const [sending, setSending] = useState<Study>();
  const [sent, setSent] = useState<Job>();
  const watch = useJobsWatch(session, onExpired);
  const sends = may(session, 'sender');
  const deletes = may(session, 'administrator');
  const { asking, ask, bringBack, dialog, toast } = useDeleting(onExpired);
  const searchBox = useRef<HTMLInputElement>(null);
  const at = Math.min(cursor, Math.max(list.studies.length - 1, 0));
  const current: Study | undefined = list.studies[at];
  const open = useCallback((study: Study | undefined) => study && navigate(viewerAddress([study.study_instance_uid])), []);

  useEffect(() => {
    document.title = 'Studies · Reading Room';
  }, []);
  useEffect(() => setCursor(0), [query]);
  useKeys((e) => {
    if (help || sending || asking) return;
    if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === 'e' && sends && current) {
      setSending(current);
      e.preventDefault();
      return;
    }
    const typing = isTyping(e.target);
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'z' && bringBack && !typing) {
      bringBack();
      e.preventDefault();
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (typing && !(e.target === searchBox.current && ['ArrowDown', 'ArrowUp', 'Enter', 'Escape'].includes(e.key))) return;
    const onButton = e.target instanceof HTMLElement && e.target.closest('button, a, select');
    if (onButton && (e.key === 'Enter' || e.key === ' ')) return;
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 }[e.key];
    if (move !== undefined) setCursor(Math.min(Math.max(at + move, 0), list.studies.length - 1));
    else if (e.key === '/') searchBox.current?.focus();
    else if (e.key === ' ') setDrawer((d) => !d);
    else if (e.key === 'Delete' && deletes && current) ask(current);
    else if (e.key === 'Enter') {
      // What is typed may not have been asked yet: the row on screen is then not the one that is meant.
      const settled = !typing || (list.done && searchBox.current?.value.trim() === filters.text);
      if (settled) open(current);
    }
    else if (e.key === 'Escape') {
      searchBox.current?.blur();
      setDrawer(false);
    } else if (e.key === '?') setHelp(true);
    else return;
    e.preventDefault();
  });

  const gone = useCallback(() => setSent(undefined), []);
  const ordered = (job: Job) => {
    setSending(undefined);
    setSent(job);
    watch.look();
  };
  const clear = () => setFilters({ ...NO_FILTERS, sort: filters.sort, descending: filters.descending });
  const state =
    list.failure !== '' && !list.studies.length ? (
      <ServerLost message={list.failure} seconds={list.retryIn} onRetry={list.retry} />
    ) : list.done && !list.studies.length ? (
      <Nothing filters={filters} filtered={isFiltered(filters)} onClear={clear} onFilters={setFilters} server={session.server} />
    ) : null;

  if (phone) {
    return (
      <PhoneList filters={filters} onFilters={setFilters} list={list} alerts={watch.counts.alerts ?? 0} onOpen={open} session={session} onLogout={onLogout}>
        {state}
      </PhoneList>
    );
  }
  return (
    <div className="app" data-testid="study-list">
      <Header session={session} page="studies" alerts={watch.counts.alerts ?? 0} onLogout={onLogout} onHelp={() => setHelp(true)} />
      <main className={`list ${drawer ? 'withdrawer' : 'wide'}`}>
        <section className="mid">
          <FilterRow filters={filters} onFilters={setFilters} onClear={clear} searchBox={searchBox} receiving={list.receiving} />
          {state ?? (
            <Table
              list={list}
              filters={filters}
              cursor={at}
              onSort={(sort) => setFilters({ ...filters, sort, descending: sort === filters.sort ? !filters.descending : sort === 'study_date' || sort === 'received_at' })}
              onCursor={setCursor}
              onOpen={open}
              onLook={(i) => {
                setCursor(i);
                setDrawer(true);
              }}
            />
          )}
        </section>
        {drawer && current && <Drawer key={current.study_instance_uid} study={current} onClose={() => setDrawer(false)} onOpen={open} onSend={sends ? setSending : undefined} onDelete={deletes ? ask : undefined} />}
      </main>
      <Foot list={list} working={watch.working} />
      {toast}
      {dialog}
      {sent && !toast && <Sent key={sent.id} ordered={sent} onGone={gone} onStopped={watch.look} />}
      {sending && <SendDialog study={sending} onClose={() => setSending(undefined)} onOrdered={ordered} onExpired={onExpired} />}
      {help && <KeyHelp keys={KEYS} onClose={() => setHelp(false)} />}
    </div>
  );
}
