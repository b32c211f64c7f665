/** Sessions: what was read and how it was shown, to go on with on any machine. */
import { IconPlayerPlay } from '@tabler/icons-react';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { clockOrDay } from '../../../core/instants';
import { datesOf, isGone, lackOf, patientOf, titleOf, toResume, type ReadingSession, type WholeSession } from '../../../domain/reading-sessions';
import { useJobsWatch } from '../../jobs-watch';
import { ListFrame, type PageProps } from '../../panels/list-frame';
import { useMedia } from '../../parts/browser';
import { Icon } from '../../parts/icon';
import { Lost, NotYet, useListing } from '../../parts/listing';
import { useRemoval } from '../../parts/removal';
import { Say } from '../../parts/say';
import { navigate, viewerAddress } from '../../router';
import { resumed } from '../../resumed';
import { readingAddress } from '../../session';
import { studyThumbnail } from '../../server/http-server';
import { sessionServer } from '../../server/reading-server';
import './style.css';

const KEYS: [string, string][] = [
  ['↑ ↓', t('move')],
  ['Enter', t('go on with it')],
  ['R', t('resume the last one')],
  ['F2', t('rename it')],
  ['C', t('close it, or open it again')],
  ['Del', t('delete it')],
  ['Ctrl Z', t('bring back what was removed')],
  ['?', t('this')],
];
const MOST_THUMBNAILS = 3;

interface Removed {
  name: string;
  whole: WholeSession;
}

export default function SessionsPage({ session, onLogout, onExpired }: PageProps): ReactElement {
  useEffect(() => {
    document.title = `${t('Sessions')} · Reading Room`;
  }, []);
  const list = useListing(sessionServer.all, onExpired);
  const watch = useJobsWatch(session, onExpired);
  const [cursor, setCursor] = useState('');
  const [naming, setNaming] = useState('');
  const opening = useRef(false);
  const phone = useMedia('(max-width: 640px)');
  const { look } = list;
  const rows = list.known?.readings ?? [];
  const at = Math.max(rows.findIndex((row) => row.key === cursor), 0);
  const current = rows[at];
  const { refused, attempt, remove, bringBack, toast } = useRemoval<Removed>({
    remove: ({ whole }) => sessionServer.remove(whole),
    add: async ({ whole }) => {
      for (const [seat, state] of Object.entries(whole.windows)) await sessionServer.keep(whole.key, Number(seat), whole.studies, state);
      await sessionServer.change(whole.key, { name: whole.name, closed: whole.closed });
    },
    onBack: ({ whole }) => setCursor(whole.key),
    look,
    onExpired,
    testid: 'session-undo',
  });
  // Its other windows open from this press, too; the viewer offers those that the browser held back.
  const open = (row: ReadingSession | undefined) => {
    if (!row || opening.current || row.studies.every(isGone)) return;
    opening.current = true;
    sessionServer.one(row.key).then((whole) => {
      const studies = resumed.begin(whole);
      if (!phone) resumed.openOthers();
      navigate(readingAddress(viewerAddress(studies), row.key));
    }, (e: unknown) => {
      opening.current = false;
      attempt(Promise.reject(e as Error));
    });
  };
  const forget = (row: ReadingSession) => void sessionServer.one(row.key).then((whole) => remove({ name: titleOf(row), whole }), (e: unknown) => attempt(Promise.reject(e as Error)));
  const close = (row: ReadingSession) => attempt(sessionServer.change(row.key, { closed: !row.closed }));
  const rename = (row: ReadingSession, name: string) => {
    setNaming('');
    if (name.trim() !== row.name) attempt(sessionServer.change(row.key, { name: name.trim() }));
  };
  const last = toResume(rows);

  const onKey = (e: KeyboardEvent): boolean => {
    if (e.ctrlKey || e.metaKey) {
      if (e.key.toLowerCase() !== 'z' || !bringBack) return false;
      bringBack();
      return true;
    }
    const move = { ArrowDown: 1, ArrowUp: -1, Home: -1e9, End: 1e9 }[e.key];
    if (move !== undefined) setCursor(rows[Math.min(Math.max(at + move, 0), rows.length - 1)]?.key ?? '');
    else if (e.key.toLowerCase() === 'r' && last) open(last);
    else if (!current) return false;
    else if (e.key === 'Enter') open(current);
    else if (e.key === 'F2') setNaming(current.key);
    else if (e.key.toLowerCase() === 'c') close(current);
    else if (e.key === 'Delete') forget(current);
    else return false;
    return true;
  };

  const days = list.known?.keep_days;
  const foot = (
    <>
      <span>{days === undefined ? '' : days ? t('Forgotten {days} {days|day|days} after it was gone on with last', { days }) : t('Kept until it is deleted')}</span>
      <span className="grow" />
      <span className="keyhints"><kbd>↑</kbd><kbd>↓</kbd> {t('move')} <kbd>Enter</kbd> {t('go on with it')} <kbd>F2</kbd> {t('rename')} <kbd>C</kbd> {t('close')} <kbd>Del</kbd> {t('delete {#it}')}</span>
    </>
  );
  const now = new Date();
  return (
    <ListFrame session={session} onLogout={onLogout} page="sessions" watch={watch} keys={KEYS} onKey={onKey} foot={foot} toast={toast}>
      <div className="title">
        <h1>{t('Sessions')}</h1>
        <span className="t2" data-testid="known">{list.known && t('{n} {n|session|sessions}', { n: rows.length })}</span>
        <span className="grow" />
        {last && <button className="btn primary" onClick={() => open(last)} data-testid="session-resume"><Icon of={IconPlayerPlay} size="m" />{t('Resume where I was')}</button>}
      </div>
      {refused && <div className="note failed" role="alert" data-testid="refused"><p>{refused}</p></div>}
      <Lost list={list} />
      {!list.known && <NotYet list={list} table="sessions" widths={[40, 70, 80, 60, 50]} />}
      {list.known && rows.length === 0 && <Say title={t('There is no session yet.')} detail={t('What is opened in the viewer is kept here: its layout, windows and places, to go on with on any machine.')} />}
      {rows.length > 0 && (
        <ul className="card sessions" aria-label={t('Sessions')} data-testid="sessions">
          {rows.map((row) => (
            <li key={row.key} className={`sessionrow ${row === current ? 'on cur' : ''} ${row.closed ? 'closed' : ''}`} onClick={() => setCursor(row.key)} data-testid="session" data-key={row.key} ref={(e) => void (row === current && e?.scrollIntoView({ block: 'nearest' }))}>
              <span className="thumbs" aria-hidden>{row.studies.filter((s) => !isGone(s)).slice(0, MOST_THUMBNAILS).map((s) => <Thumbnail key={s.study_instance_uid} uid={s.study_instance_uid} />)}</span>
              <span className="facts">
                {naming === row.key
                  ? <Naming first={row.name} onDone={(name) => rename(row, name)} onCancel={() => setNaming('')} />
                  : <b className="clip" data-testid="session-title">{titleOf(row)}</b>}
                <span className="t2 sm clip"><span className="t1">{patientOf(row)}</span> {datesOf(row)}</span>
                {lackOf(row) && <span className="c-failed sm" data-testid="session-lack">{lackOf(row)}</span>}
              </span>
              <span className="t3 sm when">{clockOrDay(row.used_at, now)}<br />{row.closed ? t('closed') : t('{n} {n|window|windows}', { n: row.seats.length })}</span>
              <span className="row acts">
                <button className="btn" disabled={row.studies.every(isGone)} onClick={() => open(row)} data-testid="session-open">{t('Open')}</button>
                <button className="btn plain" onClick={() => setNaming(row.key)} data-testid="session-rename">{t('Rename')}</button>
                <button className="btn plain" onClick={() => close(row)} data-testid="session-close">{row.closed ? t('Open again') : t('Close')}</button>
                <button className="btn plain c-failed" onClick={() => forget(row)} data-testid="session-delete">{t('Delete')}</button>
              </span>
            </li>
          ))}
        </ul>
      )}
    </ListFrame>
  );
}

function Thumbnail({ uid }: { uid: string }): ReactElement | null {
  const [failed, setFailed] = useState(false);
  return failed ? <span className="thumb none" /> : <img className="thumb" alt="" src={studyThumbnail(uid)} loading="lazy" onError={() => setFailed(true)} />;
}

function Naming({ first, onDone, onCancel }: { first: string; onDone: (name: string) => void; onCancel: () => void }): ReactElement {
  const [name, setName] = useState(first);
  return (
    <input
      className="field"
      autoFocus
      value={name}
      maxLength={64}
      aria-label={t('Name')}
      placeholder={t('as what is read in it')}
      onChange={(e) => setName(e.target.value)}
      onBlur={() => onDone(name)}
      onKeyDown={(e) => (e.key === 'Enter' ? onDone(name) : e.key === 'Escape' && onCancel())}
      data-testid="session-name"
    />
  );
}
