/** Deleted: what administrators took out of the archive, until it is purged; bringing it back, or removing it for good. */
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import { clockOrDay } from '../../../core/instants';
import { t } from '../../../core/language';
import { goesWords, heldWords, knownWords, patientOf, type Deletion, type DeletionPage } from '../../../domain/deletions';
import { may, ServerError } from '../../../domain/server';
import { useJobsWatch } from '../../jobs-watch';
import { ForAdministrators, ListFrame, type PageProps } from '../../panels/list-frame';
import { Link } from '../../parts/link';
import { Lost, NotYet, useListing, type Listing } from '../../parts/listing';
import { Say } from '../../parts/say';
import { viewerAddress } from '../../router';
import { httpServer } from '../../server/http-server';
import { DeletionDetail } from './detail';
import { PurgeDialog } from './purge-dialog';

const KEYS: [string, string][] = [
  ['↑ ↓', t('move')],
  ['Home End', t('first and last')],
  ['R', t('restore it')],
  ['Del', t('delete it for ever, after a question')],
  ['?', t('this')],
];
const PAGE = 100;

export default function DeletedPage(props: PageProps): ReactElement {
  useEffect(() => {
    document.title = `${t('Deleted')} · Reading Room`;
  }, []);
  return may(props.session, 'administrator') ? <Bin {...props} /> : <ForAdministrators {...props} page="deleted" keys={KEYS} title={t('What is deleted is kept by administrators.')} />;
}

/** The newest `pages` pages as one. */
async function firstPages(pages: number, signal: AbortSignal): Promise<DeletionPage> {
  let found = await httpServer.deleted(pageQuery(null), signal);
  for (let n = 1; n < pages && found.next; n += 1) {
    const page = await httpServer.deleted(pageQuery(found.next), signal);
    found = { ...page, deleted: [...found.deleted, ...page.deleted] };
  }
  return found;
}

function pageQuery(cursor: string | null): URLSearchParams {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (cursor) query.set('cursor', cursor);
  return query;
}

function Bin({ session, onLogout, onExpired }: PageProps): ReactElement {
  const [pages, setPages] = useState(1);
  const get = useCallback((signal: AbortSignal) => firstPages(pages, signal), [pages]);
  const list = useListing(get, onExpired);
  const watch = useJobsWatch(session, onExpired);
  const [cursor, setCursor] = useState('');
  const [asked, setAsked] = useState<Deletion>();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState('');
  const [restored, setRestored] = useState<Deletion>();
  const rows = list.known?.deleted ?? [];
  const at = Math.max(rows.findIndex((row) => row.id === cursor), 0);
  const current = rows[at];
  const { look } = list;

  const act = (doing: Promise<unknown>, then: () => void) => {
    setBusy(true);
    setRefused('');
    setRestored(undefined);
    setCursor(rows[at + 1]?.id ?? rows[at - 1]?.id ?? '');
    doing.then(then, (e: unknown) => {
      if (e instanceof ServerError && e.status === 401) return onExpired();
      setRefused(e instanceof Error ? e.message : String(e));
    }).finally(() => {
      setBusy(false);
      look();
    });
  };
  const restore = (deletion: Deletion) => {
    if (!busy && !deletion.purging) act(httpServer.restore(deletion.id), () => setRestored(deletion));
  };
  const purge = (deletion: Deletion) => {
    setAsked(undefined);
    act(httpServer.purge(deletion.id), () => undefined);
  };

  const onKey = (e: KeyboardEvent): boolean => {
    if (asked || e.ctrlKey || e.metaKey) return false;
    const move = { ArrowDown: 1, ArrowUp: -1, Home: -1e9, End: 1e9 }[e.key];
    if (move !== undefined) setCursor(rows[Math.min(Math.max(at + move, 0), rows.length - 1)]?.id ?? '');
    else if (e.key.toLowerCase() === 'r' && current) restore(current);
    else if (e.key === 'Delete' && current && !current.purging) setAsked(current);
    else return false;
    return true;
  };

  const days = list.known?.purge_after_days;
  const foot = (
    <>
      <span>{days === undefined ? '' : days ? t('What was deleted {days} {days|day|days} ago is removed for good by itself', { days }) : t('Nothing is removed for good by itself')}</span>
      <span className="grow" />
      <span className="keyhints"><kbd>↑</kbd><kbd>↓</kbd> {t('move')} <kbd>R</kbd> {t('restore')} <kbd>Del</kbd> {t('delete for ever')}</span>
    </>
  );
  const panel = current && <DeletionDetail deletion={current} onRestore={restore} onPurge={setAsked} />;
  return (
    <ListFrame session={session} onLogout={onLogout} page="deleted" watch={watch} keys={KEYS} onKey={onKey} panel={panel} foot={foot}>
      <div className="title">
        <h1>{t('Deleted')}</h1>
        <span className="t2" data-testid="known">{list.known && knownWords(list.known.total)}</span>
      </div>
      {refused && <div className="note failed" role="alert" data-testid="refused"><p>{refused}</p></div>}
      {restored && (
        <div className="note" role="status" data-testid="restored">
          <p>{t('{name} is back, as it was.', { name: patientOf(restored) })} <Link to={viewerAddress([restored.study_instance_uid])} testid="restored-open">{t('Open the study')}</Link></p>
        </div>
      )}
      <Lost list={list} />
      <Table list={list} current={current} onCursor={setCursor} />
      {list.known?.next && <button className="btn" onClick={() => setPages(pages + 1)} data-testid="older">{t('Older ones')}</button>}
      {asked && <PurgeDialog deletion={asked} onClose={() => setAsked(undefined)} onPurge={purge} />}
    </ListFrame>
  );
}

interface TableProps {
  list: Listing<DeletionPage>;
  current: Deletion | undefined;
  onCursor: (id: string) => void;
}

function Table({ list, current, onCursor }: TableProps): ReactElement | null {
  if (!list.known) return <NotYet list={list} table="deletions" widths={[70, 60, 60, 70, 50, 50, 60]} />;
  const { deleted, purge_after_days: days } = list.known;
  if (!deleted.length) return <Say title={t('Nothing is deleted.')} detail={days ? t('Studies that are deleted in the list are kept here for {days} {days|day|days}, and can be brought back as they were.', { days }) : t('Studies that are deleted in the list are kept here until they are deleted for ever, and can be brought back as they were.')} />;
  const now = new Date();
  return (
    <div className="tbl card deletions" role="grid" aria-label={t('Deleted')} tabIndex={0} aria-activedescendant={current && 'deletion-row'} data-testid="deletions">
      <div className="tr th" role="row">
        {[t('Patient'), t('What'), t('Description'), t('Why'), t('By'), t('Deleted'), t('Goes for good')].map((label) => <span role="columnheader" key={label}>{label}</span>)}
      </div>
      {deleted.map((row) => {
        const on = row.id === current?.id;
        return (
          <div key={row.id} id={on ? 'deletion-row' : undefined} className={`tr ${on ? 'on cur' : ''}`} role="row" aria-selected={on} onClick={() => onCursor(row.id)} data-testid="deletion" data-id={row.id} ref={(e) => void (on && e?.scrollIntoView({ block: 'nearest' }))}>
            <span role="gridcell" className="b" title={patientOf(row)}>{patientOf(row)}</span>
            <span role="gridcell" className="t2" title={t('{images} in {series} series', { images: row.number_of_instances, series: row.number_of_series })}>{heldWords(row)}</span>
            <span role="gridcell" className="t2" title={row.description}>{row.description}</span>
            <span role="gridcell" className="t2" title={row.reason}>{row.reason}</span>
            <span role="gridcell" className="t2" title={row.deleted_by}>{row.deleted_by}</span>
            <span role="gridcell" className="t2">{clockOrDay(row.deleted_at, now)}</span>
            <span role="gridcell" className="t3">{goesWords(row, now)}</span>
          </div>
        );
      })}
    </div>
  );
}
