/** The study list: saved searches, filters, table, drawer. What is asked is kept with the address, rows come by cursor. */
import { IconColumns2, IconFileDownload, IconSend, IconTrash, IconX } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { fromQuery, isFiltered, NO_FILTERS, parted, toQuery, type Filters, type SortKey } from '../../../domain/filters';
import { bestPrior } from '../../../domain/compare';
import type { Job } from '../../../domain/jobs';
import { all, extended, NOTHING_CHOSEN, toggled } from '../../../domain/selection';
import { may, type Choices, type Session } from '../../../domain/server';
import type { Study } from '../../../domain/study';
import { useJobsWatch } from '../../jobs-watch';
import { Header } from '../../panels/header';
import { KeyHelp } from '../../panels/key-help';
import { saveFile, useMedia } from '../../parts/browser';
import { IconButton } from '../../parts/icon-button';
import { Toast } from '../../parts/toast';
import { navigate, useKept, viewerAddress, type Kept } from '../../router';
import { askAhead, httpServer, zipOf } from '../../server/http-server';
import { useColumns } from '../../settings';
import { ColumnsMenu } from './columns-menu';
import { Drawer } from './drawer';
import { isDrawerPinned } from './pinned';
import { FilterRow } from './filter-row';
import { Foot } from './foot';
import { useKindCounts } from './kind-counts';
import { PhoneList } from './phone';
import { SavedMenu, Side, useSaved } from './saved';
import { SendDialog } from '../../panels/send-dialog';
import { Sent } from '../../panels/sent';
import { Nothing, ServerLost } from './states';
import { Table, type RowActions } from './table';
import { useDeleting } from './use-deleting';
import { KEYS, useListKeys } from './use-list-keys';
import { useStudies } from './use-studies';

interface Props {
  session: Session;
  search: string;
  onLogout: () => void;
  onExpired: () => void;
}

const DOUBLE_CLICK_MS = 500;
const MOST_COMPARED = 8;
const DESCENDING_FIRST: readonly SortKey[] = ['study_date', 'received_at', 'number_of_instances'];

export default function StudyListPage({ session, search, onLogout, onExpired }: Props): ReactElement {
  const kept = useKept();
  const filters = useMemo(() => fromQuery(new URLSearchParams([...new URLSearchParams(search), ...Object.entries(JSON.parse(kept) as Kept)])), [search, kept]);
  const setFilters = useCallback((f: Filters) => {
    // What was typed last may be taken over while the viewer is still being fetched: the reader has left by then.
    if (location.pathname !== '/') return;
    const { shown, kept: unseen } = parted(toQuery(f));
    navigate(`/?${shown}`, true, unseen);
  }, []);
  const query = useMemo(() => toQuery(filters).toString(), [filters]);
  const list = useStudies(query, onExpired);
  const phone = useMedia('(max-width: 640px)');
  const narrow = useMedia('(max-width: 1100px)');
  const [density] = useDensityNow();
  const [columns, setColumns] = useColumns();
  const [cursor, setCursor] = useState(0);
  const [selection, setSelection] = useState(NOTHING_CHOSEN);
  const [drawer, setDrawer] = useState(isDrawerPinned);
  const [help, setHelp] = useState(false);
  const [sending, setSending] = useState<readonly Study[]>();
  const [sent, setSent] = useState<Job>();
  const [told, setTold] = useState('');
  const watch = useJobsWatch(session, onExpired);
  const sends = may(session, 'sender');
  const deletes = may(session, 'administrator');
  const deleting = useDeleting(onExpired);
  const { ask } = deleting;
  const choices = useChoices();
  const counts = useKindCounts(filters, `${list.total} ${list.studies[0]?.study_instance_uid}`, list.done && !phone);
  const saved = useSaved(`${list.total} ${list.studies[0]?.study_instance_uid}`, onExpired);
  const searchBox = useRef<HTMLInputElement>(null);
  const uids = useMemo(() => list.studies.map((s) => s.study_instance_uid), [list.studies]);
  const at = Math.min(cursor, Math.max(list.studies.length - 1, 0));
  const current: Study | undefined = list.studies[at];
  const chosen = useMemo(() => list.studies.filter((s) => selection.uids.has(s.study_instance_uid)), [list.studies, selection]);
  const targets = chosen.length ? chosen : current ? [current] : [];

  const open = useCallback((study: Study | undefined) => study && navigate(viewerAddress([study.study_instance_uid])), []);
  const download = useCallback((studies: readonly Study[]) => saveFile(zipOf(studies.map((s) => s.study_instance_uid))), []);
  const compare = () => {
    if (targets.length > MOST_COMPARED) return setTold(t('At most {n} {n|study|studies} can be compared.', { n: MOST_COMPARED }));
    if (targets.length > 1) return navigate(viewerAddress(targets.map((s) => s.study_instance_uid), true));
    const alone = targets[0];
    if (!alone) return;
    httpServer.study(alone.study_instance_uid).then(
      ({ priors }) => {
        const prior = bestPrior(alone, priors) ?? priors[0];
        if (prior) navigate(viewerAddress([alone.study_instance_uid, prior.study_instance_uid], true));
        else setTold(t('This patient has no other study here. Choose a second one with X.'));
      },
      (e: unknown) => setTold(e instanceof Error ? e.message : String(e)),
    );
  };
  const actions = useMemo<RowActions>(
    () => ({ open, download: (s) => download([s]), send: sends ? (s) => setSending([s]) : undefined, remove: deletes ? (s) => ask([s]) : undefined }),
    [open, download, sends, deletes, ask],
  );
  const pressed = useRef({ uid: '', ms: 0 });
  const press = useCallback(
    (index: number, how: 'plain' | 'toggle' | 'range', ms: number) => {
      const uid = uids[index];
      if (!uid) return;
      // No dblclick comes where the first click redraws what is under the pointer: the drawer takes columns away.
      const again = pressed.current.uid === uid && ms - pressed.current.ms < DOUBLE_CLICK_MS;
      pressed.current = { uid: how === 'plain' ? uid : '', ms };
      if (how === 'plain' && again) return open(list.studies[index]);
      if (how === 'plain' && !list.studies[index]?.receiving) askAhead(uid); // the second press of a double click comes a quarter of a second later
      if (how === 'plain') {
        if (selection.uids.size) setSelection(NOTHING_CHOSEN);
        else if (index === at) setDrawer(true);
      } else setSelection(how === 'toggle' ? toggled(selection, uid) : extended(selection, uids, at, index));
      setCursor(index);
    },
    [uids, at, selection, list.studies, open],
  );

  useEffect(() => {
    document.title = `${t('Studies')} · Reading Room`;
  }, []);
  useAskAhead(current);
  useEffect(() => {
    setCursor(0);
    setSelection(NOTHING_CHOSEN);
  }, [query]);
  const bringBack = deleting.bringBack ?? saved.bringBack;
  useListKeys({
    blocked: help || Boolean(sending) || deleting.asking,
    searchBox,
    move: (by, extend) => {
      const to = Math.min(Math.max(at + by, 0), list.studies.length - 1);
      if (extend) setSelection((s) => extended(s, uids, at, to));
      else if (selection.anchor !== null) setSelection((s) => ({ ...s, anchor: null }));
      setCursor(to);
    },
    // What is typed may not have been asked yet: the row on screen is then not the one that is meant.
    open: (typing) => (!typing || (list.done && searchBox.current?.value.trim() === filters.text)) && open(current),
    look: () => setDrawer((d) => !d),
    choose: () => current && setSelection((s) => toggled(s, current.study_instance_uid)),
    chooseAll: () => setSelection(all(uids)),
    compare,
    send: sends && targets.length ? () => setSending(targets) : undefined,
    remove: deletes && targets.length ? () => ask(targets) : undefined,
    bringBack,
    leave: () => (selection.uids.size ? setSelection(NOTHING_CHOSEN) : setDrawer(isDrawerPinned())),
    help: () => setHelp(true),
  });

  const gone = useCallback(() => setSent(undefined), []);
  const toldGone = useCallback(() => setTold(''), []);
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
      <PhoneList filters={filters} onFilters={setFilters} list={list} alerts={watch.counts.alerts ?? 0} onOpen={open} session={session} onLogout={onLogout} saved={saved} choices={choices}>
        {state}
      </PhoneList>
    );
  }
  const byTheSide = { saved, filters, onFilters: setFilters };
  return (
    <div className="app" data-testid="study-list">
      <Header session={session} page="studies" alerts={watch.counts.alerts ?? 0} onLogout={onLogout} onHelp={() => setHelp(true)} />
      <main className={`list ${drawer && current ? 'withdrawer' : 'wide'}`}>
        {!narrow && <Side {...byTheSide} />}
        <section className="mid">
          <FilterRow filters={filters} onFilters={setFilters} onClear={clear} searchBox={searchBox} receiving={list.receiving} choices={choices} counts={counts}>
            {chosen.length > 0 && (
              <span className="chosen" role="toolbar" aria-label={t('Chosen studies')} data-testid="chosen">
                <span className="t2">{t('{n} chosen', { n: chosen.length })}</span>
                {chosen.length > 1 && <IconButton label={t('Compare')} hint="C" icon={IconColumns2} onClick={compare} testid="chosen-compare" />}
                {sends && <IconButton label={t('Send')} hint="Ctrl E" icon={IconSend} onClick={() => setSending(chosen)} testid="chosen-send" />}
                <IconButton label={t('Download as ZIP')} icon={IconFileDownload} onClick={() => download(chosen)} testid="chosen-download" />
                {deletes && <IconButton label={t('Delete')} hint="Del" icon={IconTrash} onClick={() => ask(chosen)} testid="chosen-delete" />}
                <IconButton label={t('Choose none')} hint="Esc" icon={IconX} onClick={() => setSelection(NOTHING_CHOSEN)} />
              </span>
            )}
            {narrow && <SavedMenu {...byTheSide} />}
            <ColumnsMenu columns={columns} onColumns={setColumns} />
          </FilterRow>
          {state ?? (
            <Table
              list={list}
              filters={filters}
              columns={columns}
              cursor={at}
              chosen={selection.uids}
              actions={actions}
              compact={density === 'compact'}
              onSort={(sort) => setFilters({ ...filters, sort, descending: sort === filters.sort ? !filters.descending : DESCENDING_FIRST.includes(sort) })}
              onColumns={setColumns}
              onPress={press}
              onAll={() => setSelection(chosen.length === uids.length ? NOTHING_CHOSEN : all(uids))}
            />
          )}
        </section>
        {drawer && current && <Drawer key={current.study_instance_uid} study={current} onClose={() => setDrawer(false)} actions={actions} />}
      </main>
      <Foot list={list} working={watch.working} chosen={chosen.length} />
      {deleting.toast ?? saved.toast}
      {deleting.dialog}
      {told && !deleting.toast && !saved.toast && <Toast key={told} onGone={toldGone}><span className="clip">{told}</span></Toast>}
      {sent && !deleting.toast && <Sent key={sent.id} ordered={sent} onGone={gone} onStopped={watch.look} />}
      {sending && <SendDialog studies={sending} onClose={() => setSending(undefined)} onOrdered={ordered} onExpired={onExpired} />}
      {help && <KeyHelp keys={KEYS} onClose={() => setHelp(false)} />}
      <span className="unseen" role="status">{chosen.length > 0 && t('{n} {n|study|studies} chosen', { n: chosen.length })}</span>
    </div>
  );
}

/** The header switches it for the whole page. */
function useDensityNow(): [string] {
  const [, setChanged] = useState(0);
  useEffect(() => {
    const observer = new MutationObserver(() => setChanged((n) => n + 1));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-density'] });
    return () => observer.disconnect();
  }, []);
  return [document.documentElement.dataset.density ?? ''];
}

const NO_CHOICES: Choices = { modalities: [], sources: [] };

function useChoices(): Choices {
  const [choices, setChoices] = useState(NO_CHOICES);
  useEffect(() => {
    // They only help to choose: without an answer what is typed counts all the same.
    httpServer.choices().then(setChoices, () => undefined);
  }, []);
  return choices;
}

const REST_MS = 150;

/** Who rests on a study by the keys may open it with the next one. */
function useAskAhead(study: Study | undefined): void {
  const uid = study?.receiving ? undefined : study?.study_instance_uid;
  useEffect(() => {
    if (!uid) return undefined;
    const timer = setTimeout(() => askAhead(uid), REST_MS);
    return () => clearTimeout(timer);
  }, [uid]);
}
