/** Jobs: what the server does for people, how far it is, and what failed. Filter and open job live in the address. */
import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { canRestart, countOf, isOver, jobsAddress, PRIORITIES, readAddress, SHOWS, sums, type Job, type JobFilter, type Priority } from '../../../domain/jobs';
import { may, ServerError, type Session } from '../../../domain/server';
import { Header, PhoneTabs } from '../../panels/header';
import { KeyHelp } from '../../panels/key-help';
import { isTyping, useMedia } from '../../parts/browser';
import { secondsTo, useNow } from '../../parts/polling';
import { Say } from '../../parts/say';
import { useKeys } from '../../parts/use-keys';
import { navigate } from '../../router';
import { httpServer } from '../../server/http-server';
import { Detail } from './detail';
import { JobRow, rowId } from './row';
import { useJobs, type Jobs } from './use-jobs';

interface Props {
  session: Session;
  search: string;
  onLogout: () => void;
  onExpired: () => void;
}

const KEYS: [string, string][] = [
  ['↑ ↓', t('move')],
  ['PgUp PgDn', t('move by ten')],
  ['Home End', t('first and last')],
  ['Enter', t('look at it, close it')],
  ['Esc', t('close it')],
  ['R', t('try again what failed or was stopped, try now what waits')],
  ['Del', t('stop')],
  ['+ −', t('raise and lower its priority')],
  ['1 – 5', t('all, failed, working, done, stopped')],
  ['?', t('this')],
];

export default function JobsPage({ session, search, onLogout, onExpired }: Props): ReactElement {
  const { filter, open } = useMemo(() => readAddress(search), [search]);
  const list = useJobs(filter, open, onExpired);
  const rows = useMemo(() => withOpen(list.jobs, list.detail), [list.jobs, list.detail]);
  const phone = useMedia('(max-width: 640px)');
  const [cursor, setCursor] = useState<number | null>(open);
  const [help, setHelp] = useState(false);
  const [refused, setRefused] = useState('');
  const grid = useRef<HTMLDivElement>(null);
  const at = Math.max(rows.findIndex((job) => job.id === (cursor ?? open)), 0);
  const current = rows[at];
  const now = useNow(rows.some((job) => job.state === 'resting') || Boolean(list.failure));
  const acts = may(session, 'sender');

  useEffect(() => {
    document.title = `${t('Jobs')} · Reading Room`;
  }, []);
  useEffect(() => setRefused(''), [search]);
  const show = useCallback((f: JobFilter, job: number | null) => navigate(jobsAddress(f, job), true), []);
  const toggle = useCallback(
    (job: Job) => {
      setCursor(job.id);
      show(filter, job.id === open ? null : job.id);
    },
    [show, filter, open],
  );
  const { look } = list;
  const act = useCallback(
    (asked: Promise<Job>) => {
      setRefused('');
      asked.then(look, (e: unknown) => {
        if (e instanceof ServerError && e.status === 401) return onExpired();
        setRefused(e instanceof Error ? e.message : String(e));
        look();
      });
    },
    [look, onExpired],
  );
  const cancel = useCallback((job: Job) => act(httpServer.cancel(job.id)), [act]);
  const restart = useCallback((job: Job) => act(httpServer.restart(job.id)), [act]);
  const turn = useCallback((job: Job, priority: Priority) => act(httpServer.prioritise(job.id, priority)), [act]);

  useKeys((e) => {
    if (help || isTyping(e.target) || e.ctrlKey || e.metaKey || e.altKey) return;
    const onControl = e.target instanceof HTMLElement && e.target.closest('button, a, select, summary');
    if (onControl && (e.key === 'Enter' || e.key === ' ')) return;
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 }[e.key];
    const chosen = SHOWS[Number(e.key) - 1];
    if (move !== undefined) setCursor(rows[Math.min(Math.max(at + move, 0), rows.length - 1)]?.id ?? null);
    else if (e.key === '?') setHelp(true);
    else if (e.key === 'Escape') {
      setRefused('');
      if (open !== null) show(filter, null);
    } else if (/^[1-5]$/.test(e.key) && chosen) show({ ...filter, show: chosen.show }, null);
    else if (!current) return;
    else if (e.key === 'Enter') toggle(current);
    else if (acts && e.key.toLowerCase() === 'r' && canRestart(current)) restart(current);
    else if (acts && e.key === 'Delete' && !isOver(current)) cancel(current);
    else if (acts && '+=-−'.includes(e.key) && !isOver(current)) {
      const next = PRIORITIES[PRIORITIES.indexOf(current.priority) + ('+='.includes(e.key) ? -1 : 1)];
      if (next) turn(current, next);
    } else return;
    e.preventDefault();
  });
  useEffect(() => {
    if (cursor !== null) document.getElementById(`job-${cursor}`)?.scrollIntoView({ block: 'nearest' });
  }, [cursor]);

  const alerts = list.counts.alerts ?? 0;
  const body = (
    <>
      <div className="title jobtitle">
        <h1>{t('Jobs')}</h1>
        <Choices list={list} filter={filter} onShow={(f) => show(f, null)} />
        <span className="grow" />
        <NodeChoice rows={rows} filter={filter} known={may(session, 'administrator')} onShow={(f) => show(f, null)} />
      </div>
      {refused && <div className="note failed" role="alert" data-testid="refused"><p>{refused}</p></div>}
      {list.gone && <div className="note" data-testid="gone"><p>{t('There is no job {number}. It may have been removed.', { number: String(open) })}</p></div>}
      {list.failure && rows.length > 0 && (
        <div className="note failed" role="alert" data-testid="lost"><p>{list.failure} {t('What you see is from before. Trying again in {seconds} s.', { seconds: secondsTo(list.retryAt, now) })}</p></div>
      )}
      {rows.length > 0 ? (
        <div className="card jobs" role="treegrid" aria-label={t('Jobs')} tabIndex={0} aria-activedescendant={current && rowId(current)} ref={grid} data-testid="jobs">
          {rows.map((job) => (
            <JobRow key={job.id} job={job} now={now} pace={list.pace(job)} on={job.id === current?.id} open={job.id === open} acts={acts} onToggle={toggle} onCancel={cancel} onRestart={restart}>
              {job.id === open && <Detail job={job} detail={list.detail} acts={acts} now={now} onPriority={turn} />}
            </JobRow>
          ))}
        </div>
      ) : (
        <Nothing list={list} filter={filter} now={now} onAll={() => show({ show: 'all', node: '' }, null)} />
      )}
      {list.more && <p className="more"><button className="btn" onClick={list.loadMore} data-testid="older">{t('Older jobs')}</button></p>}
      {rows.length > 0 && <p className="hint jobhint">{t('Jobs live on the server. Closing the window, logging out or a restart does not stop them.')}</p>}
    </>
  );
  if (phone) {
    return (
      <div className="ph phone" data-testid="jobs-page">
        <main className="pscroll page jobpage">{body}</main>
        <PhoneTabs session={session} page="jobs" alerts={alerts} />
      </div>
    );
  }
  return (
    <div className="app" data-testid="jobs-page">
      <Header session={session} page="jobs" alerts={alerts} onLogout={onLogout} onHelp={() => setHelp(true)} />
      <main className="page jobpage"><div className="center">{body}</div></main>
      <footer className="foot">
        <span data-testid="sums">{list.done ? sums(list.counts) : ''}</span>
        <span className="grow" />
        <span className="keyhints">
          <kbd>↑</kbd>
          <kbd>↓</kbd> {t('move')} <kbd>Enter</kbd> {t('look')} {acts && <><kbd>R</kbd> {t('try again')} <kbd>Del</kbd> {t('stop')}</>}
        </span>
      </footer>
      {help && <KeyHelp keys={KEYS} onClose={() => setHelp(false)} />}
    </div>
  );
}

/** A job that was asked for by number stands first when the list does not have it. */
function withOpen(jobs: readonly Job[], detail: Job | null): readonly Job[] {
  if (!detail) return jobs;
  if (jobs.some((job) => job.id === detail.id)) return jobs.map((job) => (job.id === detail.id ? detail : job));
  return [detail, ...jobs];
}

interface ChoiceProps {
  list: Jobs;
  filter: JobFilter;
  onShow: (filter: JobFilter) => void;
}

function Choices({ list, filter, onShow }: ChoiceProps): ReactElement {
  return (
    <span className="segm" role="radiogroup" aria-label={t('Which jobs')}>
      {SHOWS.map(({ show, label }) => {
        const n = countOf(show, list.counts);
        if (show === 'cancelled' && !n && filter.show !== show) return null;
        return (
          <button key={show} role="radio" aria-checked={filter.show === show} className={filter.show === show ? 'on' : ''} onClick={() => onShow({ ...filter, show })} data-testid={`show-${show}`}>
            {label} {list.done && n}
          </button>
        );
      })}
    </span>
  );
}

interface NodeChoiceProps {
  rows: readonly Job[];
  filter: JobFilter;
  /** Whether the reader may know all nodes; else those of the jobs on the page are offered. */
  known: boolean;
  onShow: (filter: JobFilter) => void;
}

function NodeChoice({ rows, filter, known, onShow }: NodeChoiceProps): ReactElement | null {
  const [all, setAll] = useState<string[]>([]);
  useEffect(() => {
    if (!known) return undefined;
    const aborter = new AbortController();
    // Without an answer the nodes of the jobs are offered; the jobs themselves say when the server is gone.
    httpServer.nodes(aborter.signal).then((nodes) => setAll(nodes.map((node) => node.name)), () => undefined);
    return () => aborter.abort();
  }, [known]);
  const names = [...new Set([...all, ...rows.map((job) => job.node), filter.node])].filter(Boolean).sort((a, b) => a.localeCompare(b));
  if (!names.length) return null;
  return (
    <select className="field" aria-label={t('Node')} value={filter.node} onChange={(e) => onShow({ ...filter, node: e.target.value })} data-testid="node-filter">
      <option value="">{t('Any node')}</option>
      {names.map((name) => <option key={name} value={name}>{name}</option>)}
    </select>
  );
}

const EMPTY: Record<JobFilter['show'], string> = {
  all: t('There are no jobs'), failed: t('No job has failed'), working: t('Nothing is being done'), done: t('No job is done'), cancelled: t('No job was stopped'),
};

function Nothing({ list, filter, now, onAll }: { list: Jobs; filter: JobFilter; now: Date; onAll: () => void }): ReactElement | null {
  if (list.failure) {
    return (
      <Say title={list.failure} detail={t('Jobs live on the server and go on. Trying again in {seconds} s.', { seconds: secondsTo(list.retryAt, now) })} failed>
        <button className="btn" onClick={list.look}>{t('Try now')}</button>
      </Say>
    );
  }
  if (!list.done) return list.slow ? <Bars /> : null;
  if (filter.show === 'all' && !filter.node) return <Say title={t('There are no jobs yet.')} detail={t('Choose a study in the list and press Ctrl E to send it. What becomes of it stands here.')} />;
  return (
    <Say title={filter.node ? t('{nothing} for {node}.', { nothing: EMPTY[filter.show], node: filter.node }) : `${EMPTY[filter.show]}${t('. {#the end of a sentence}')}`} detail={t('Other jobs are not shown.')}>
      <button className="btn" onClick={onAll}>{t('Show all jobs')}</button>
    </Say>
  );
}

function Bars(): ReactElement {
  return (
    <div className="card" data-testid="loading" role="status" aria-label={t('Loading')}>
      {Array.from({ length: 6 }, (_, i) => (
        <div className="job" key={i}>
          <span className="sk" />
          <span className="col"><span className="sk" style={{ width: `${40 + ((i * 17) % 40)}%` }} /><span className="sk" style={{ width: `${30 + ((i * 23) % 30)}%` }} /></span>
          <span className="sk" />
          <span />
        </div>
      ))}
    </div>
  );
}
