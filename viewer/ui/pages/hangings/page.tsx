/** Hangings: all of them, to be ordered, changed, shared, and taken from or given as DICOM objects. */
import { IconCopy, IconDownload, IconPlus, IconUpload } from '@tabler/icons-react';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { conditionWords, gridWords, type HangingRule, type KeptHanging } from '../../../domain/hangings';
import { USUAL_HANGINGS } from '../../../domain/hanging-defaults';
import { may, ServerError } from '../../../domain/server';
import { hangingStore } from '../../hanging-store';
import { useJobsWatch } from '../../jobs-watch';
import { ListFrame, type PageProps } from '../../panels/list-frame';
import { saveFile } from '../../parts/browser';
import { Icon } from '../../parts/icon';
import { Lost, NotYet, useListing } from '../../parts/listing';
import { useRemoval } from '../../parts/removal';
import { hangingFile, hangingServer, type StoredObject, type Taken } from '../../server/reading-server';
import { HangingForm } from './form';
import { HangingPanel } from './panel';
import './style.css';

const KEYS: [string, string][] = [
  ['↑ ↓', t('move')],
  ['Alt ↑ ↓', t('earlier or later in the order')],
  ['Enter', t('change it, or a copy of it')],
  ['A', t('add one')],
  ['Del', t('remove it')],
  ['Ctrl Z', t('bring back what was removed')],
  ['Esc', t('leave the form')],
  ['?', t('this')],
];

interface Draft {
  /** undefined: a new one. */
  id: number | undefined;
  rule: HangingRule;
  shared: boolean;
  notes: readonly string[];
}

const EMPTY: HangingRule = { name: '', conditions: [{ attribute: 'modality', test: 'is', values: ['CT'] }], screens: [{ role: '', rows: 1, columns: 2, cells: [{}, {}] }], linked: false };

async function everything(signal: AbortSignal): Promise<readonly KeptHanging[]> {
  const found = await hangingServer.all(signal);
  hangingStore.take(found);
  return [...found, ...USUAL_HANGINGS];
}

export default function HangingsPage({ session, onLogout, onExpired }: PageProps): ReactElement {
  useEffect(() => {
    document.title = `${t('Hangings')} · Reading Room`;
  }, []);
  const list = useListing(everything, onExpired);
  const watch = useJobsWatch(session, onExpired);
  const shares = may(session, 'administrator');
  const [cursor, setCursor] = useState<KeptHanging['id']>('');
  const [draft, setDraft] = useState<Draft>();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState('');
  const [stored, setStored] = useState<readonly StoredObject[]>();
  const file = useRef<HTMLInputElement>(null);
  const rows = list.known ?? [];
  const at = Math.max(rows.findIndex((row) => row.id === cursor), 0);
  const current = rows[at];
  const { look } = list;
  const { refused, attempt, remove, bringBack, toast } = useRemoval<{ name: string; kept: KeptHanging }>({
    remove: ({ kept }) => hangingServer.remove(Number(kept.id)),
    add: ({ kept }) => hangingServer.add(kept.hanging, kept.shared),
    onBack: () => undefined,
    look,
    onExpired,
    testid: 'hanging-undo',
  });
  const isOurs = (kept: KeptHanging | undefined): kept is KeptHanging & { id: number } => typeof kept?.id === 'number' && (!kept.shared || shares);
  const fail = (e: unknown) => {
    if (e instanceof ServerError && e.status === 401) return onExpired();
    setFailed(e instanceof Error ? e.message : String(e));
  };
  const edit = (kept: KeptHanging) => {
    setFailed('');
    if (kept.damage) return setFailed(kept.damage);
    if (isOurs(kept)) setDraft({ id: kept.id, rule: kept.hanging, shared: kept.shared, notes: [] });
    else setDraft({ id: undefined, rule: { ...kept.hanging, name: t('{name}, mine', { name: kept.hanging.name }).slice(0, 64) }, shared: false, notes: [] });
  };
  const save = (of: Draft) => {
    setBusy(true);
    setFailed('');
    const asked = of.id === undefined ? hangingServer.add(of.rule, of.shared) : hangingServer.change(of.id, of.rule, of.shared);
    asked.then((kept) => {
      setDraft(undefined);
      if (kept) setCursor(kept.id);
      look();
    }, fail).finally(() => setBusy(false));
  };
  const take = (taken: Promise<Taken>) => {
    setFailed('');
    setStored(undefined);
    taken.then(({ hanging, notes }) => setDraft({ id: undefined, rule: hanging, shared: false, notes }), fail);
  };
  const shift = (by: -1 | 1) => {
    if (!isOurs(current)) return;
    const same = rows.filter((row) => typeof row.id === 'number' && row.shared === current.shared).map((row) => Number(row.id));
    const place = same.indexOf(current.id);
    const other = same[place + by];
    if (other !== undefined) attempt(hangingServer.order(same.with(place, other).with(place + by, current.id)));
  };

  const onKey = (e: KeyboardEvent): boolean => {
    if (e.ctrlKey || e.metaKey) {
      if (e.key.toLowerCase() !== 'z' || !bringBack) return false;
      bringBack();
      return true;
    }
    if (e.key === 'Escape' && (draft || stored)) {
      setDraft(undefined);
      setStored(undefined);
      return true;
    }
    if (draft) return false;
    const move = { ArrowDown: 1, ArrowUp: -1, Home: -1e9, End: 1e9 }[e.key];
    if (move !== undefined) setCursor(rows[Math.min(Math.max(at + move, 0), rows.length - 1)]?.id ?? '');
    else if (e.key.toLowerCase() === 'a') setDraft({ id: undefined, rule: EMPTY, shared: false, notes: [] });
    else if (e.key === 'Enter' && current) edit(current);
    else if (e.key === 'Delete' && isOurs(current)) remove({ name: current.hanging.name, kept: current });
    else return false;
    return true;
  };
  const onOrderKey = (e: { altKey: boolean; key: string; preventDefault: () => void }) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key] as 1 | -1 | undefined;
    if (!e.altKey || !by) return;
    e.preventDefault();
    shift(by);
  };

  const shown = draft?.rule ?? current?.hanging;
  const panel = shown && !draft && current && (
    <HangingPanel
      kept={current}
      acts={(
        <>
          <button className="btn" onClick={() => edit(current)} data-testid="hanging-edit">{isOurs(current) ? t('Change') : <><Icon of={IconCopy} size="m" />{t('Change a copy')}</>}</button>
          {typeof current.id === 'number' && <button className="btn" onClick={() => saveFile(hangingFile(Number(current.id)))} data-testid="hanging-export"><Icon of={IconDownload} size="m" />{t('Save as DICOM')}</button>}
          {isOurs(current) && <button className="btn" onClick={() => shift(-1)} data-testid="hanging-up">{t('Earlier')}</button>}
          {isOurs(current) && <button className="btn" onClick={() => shift(1)} data-testid="hanging-down">{t('Later')}</button>}
          {isOurs(current) && <button className="btn plain c-failed" onClick={() => remove({ name: current.hanging.name, kept: current })} data-testid="hanging-remove">{t('Remove')}</button>}
        </>
      )}
    />
  );
  const foot = (
    <>
      <span>{t('Of those that are for a study the one that asks for most hangs; yours stand before everybody’s.')}</span>
      <span className="grow" />
      <span className="keyhints"><kbd>↑</kbd><kbd>↓</kbd> {t('move')} <kbd>A</kbd> {t('add')} <kbd>Enter</kbd> {t('change')} <kbd>Del</kbd> {t('remove')}</span>
    </>
  );
  return (
    <ListFrame session={session} onLogout={onLogout} page="hangings" watch={watch} keys={KEYS} onKey={onKey} panel={panel} foot={foot} toast={toast}>
      <div className="title">
        <h1>{t('Hangings')}</h1>
        <span className="t2" data-testid="known">{list.known && t('{own} kept, {usual} that come with the viewer', { own: rows.length - USUAL_HANGINGS.length, usual: USUAL_HANGINGS.length })}</span>
        <span className="grow" />
        {!draft && (
          <>
            <input ref={file} type="file" className="unseen" aria-label={t('A DICOM hanging protocol')} tabIndex={-1} onChange={(e) => {
              const chosen = e.target.files?.[0];
              e.target.value = '';
              if (chosen) take(hangingServer.read(chosen));
            }} data-testid="hanging-file" />
            <button className="btn" onClick={() => file.current?.click()} data-testid="hanging-import"><Icon of={IconUpload} size="m" />{t('Read a DICOM file')}</button>
            <button className="btn" onClick={() => void hangingServer.stored().then(setStored, fail)} data-testid="hanging-stored">{t('From the archive')}</button>
            <button className="btn primary" onClick={() => setDraft({ id: undefined, rule: EMPTY, shared: false, notes: [] })} data-testid="hanging-add"><Icon of={IconPlus} size="m" />{t('Add')}</button>
          </>
        )}
      </div>
      {(refused || failed) && <div className="note failed" role="alert" data-testid="refused"><p>{failed || refused}</p></div>}
      {stored && !draft && (
        <div className="note storedlist" data-testid="stored-list">
          {stored.length === 0 && <p>{t('No hanging protocol is stored in the archive.')}</p>}
          {stored.map((one) => <button key={one.sop_instance_uid} className="btn" title={one.description} onClick={() => take(hangingServer.readStored(one.sop_instance_uid))} data-testid="stored-hanging">{one.name || one.sop_instance_uid}</button>)}
          <button className="btn plain" onClick={() => setStored(undefined)}>{t('Close')}</button>
        </div>
      )}
      <Lost list={list} />
      {!list.known && <NotYet list={list} table="hangingtbl" widths={[70, 80, 40, 50]} />}
      {draft && <HangingForm key={draft.id ?? 'new'} draft={draft} shares={shares} busy={busy} onDraft={(rule, shared) => setDraft({ ...draft, rule, shared })} onSave={() => save(draft)} onCancel={() => setDraft(undefined)} />}
      {!draft && rows.length > 0 && (
        <div className="tbl card hangingtbl" role="grid" aria-label={t('Hangings')} tabIndex={0} onKeyDown={onOrderKey} data-testid="hangings">
          <div className="tr th" role="row">{[t('Name'), t('For studies with'), t('Grid'), t('Whose')].map((label) => <span role="columnheader" key={label}>{label}</span>)}</div>
          {rows.map((row) => (
            <div key={row.id} className={`tr ${row === current ? 'on cur' : ''}`} role="row" aria-selected={row === current} onClick={() => setCursor(row.id)} onDoubleClick={() => edit(row)} data-testid="hanging-row" data-hanging={row.id} ref={(e) => void (row === current && e?.scrollIntoView({ block: 'nearest' }))}>
              <span role="gridcell" className="b" title={row.hanging.name}>{row.hanging.name}</span>
              <span role="gridcell" className={row.damage ? 'c-failed' : 't2'} title={row.damage || conditionWords(row.hanging.conditions)}>{row.damage || conditionWords(row.hanging.conditions)}</span>
              <span role="gridcell" className="t2">{gridWords(row.hanging)}</span>
              <span role="gridcell" className="t3">{typeof row.id === 'string' ? t('comes with the viewer') : row.shared ? t('everybody’s') : t('yours')}</span>
            </div>
          ))}
        </div>
      )}
    </ListFrame>
  );
}
