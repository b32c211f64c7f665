/** Saved searches: in the column beside the list, in a menu where there is none, among the chips of a phone. */
import { IconBookmark, IconBookmarkPlus, IconCheck, IconPencil, IconTrash, IconX } from '@tabler/icons-react';
import { useCallback, useEffect, useRef, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { fromQuery, inWords, isFiltered, toQuery, type Filters } from '../../../domain/filters';
import { ServerError } from '../../../domain/server';
import { countWords, type SavedSearch, type StudyCount } from '../../../domain/study';
import { Icon } from '../../parts/icon';
import { IconButton } from '../../parts/icon-button';
import { Popover } from '../../parts/popover';
import { Toast } from '../../parts/toast';
import { httpServer } from '../../server/http-server';

const LONGEST_NAME = 64;

export interface Saved {
  searches: readonly SavedSearch[];
  counts: ReadonlyMap<number, StudyCount>;
  failure: string;
  save: (name: string, filters: Filters) => Promise<boolean>;
  rename: (search: SavedSearch, name: string) => Promise<boolean>;
  remove: (search: SavedSearch) => void;
  toast: ReactElement | undefined;
  bringBack: (() => void) | undefined;
}

/** `settled` changes when the list has changed: what is saved is counted again then. */
export function useSaved(settled: string, onExpired: () => void): Saved {
  const [searches, setSearches] = useState<readonly SavedSearch[]>([]);
  const [counts, setCounts] = useState<ReadonlyMap<number, StudyCount>>(new Map());
  const [failure, setFailure] = useState('');
  const [removed, setRemoved] = useState<SavedSearch>();
  const fail = useCallback(
    (e: unknown) => {
      if (e instanceof ServerError && e.status === 401) onExpired();
      else setFailure(e instanceof Error ? e.message : String(e));
      return false;
    },
    [onExpired],
  );
  const read = useCallback(() => httpServer.searches().then(setSearches, fail), [fail]);
  useEffect(() => void read(), [read]);
  useEffect(() => {
    const aborter = new AbortController();
    const count = async () => {
      for (const search of searches) {
        const query = new URLSearchParams(search.filters);
        query.delete('sort');
        const counted = await httpServer.countStudies(query, aborter.signal);
        setCounts((old) => new Map(old).set(search.id, counted));
      }
    };
    // Only numbers beside names: without an answer they are not there.
    const timer = setTimeout(() => void count().catch(() => undefined), 400);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [searches, settled]);
  const done = useCallback(async () => {
    setFailure('');
    await read();
    return true;
  }, [read]);
  const gone = useCallback(() => setRemoved(undefined), []);
  const bringBack = removed && (() => {
    gone();
    void httpServer.addSearch({ name: removed.name, filters: removed.filters }).then(done, fail);
  });
  return {
    searches,
    counts,
    failure,
    save: (name, filters) => httpServer.addSearch({ name, filters: Object.fromEntries(toQuery(filters)) }).then(done, fail),
    rename: (search, name) => httpServer.changeSearch({ ...search, name }).then(done, fail),
    remove: (search) => void httpServer.removeSearch(search.id).then(() => {
      setRemoved(search);
      return done();
    }, fail),
    bringBack,
    toast: removed && (
      <Toast key={removed.id} onGone={gone}>
        <span className="clip">{t('The saved search “{name}” was removed.', { name: removed.name })}</span>
        <button className="btn plain c-accent" onClick={bringBack} data-testid="search-undo">{t('Undo')} <kbd>Ctrl</kbd><kbd>Z</kbd></button>
      </Toast>
    ),
  };
}

export interface SavedProps {
  saved: Saved;
  filters: Filters;
  onFilters: (f: Filters) => void;
}

/** Which saved search the list shows now. */
export function isShown(search: SavedSearch, filters: Filters): boolean {
  return toQuery(filters).toString() === toQuery(filtersOf(search)).toString();
}

export function filtersOf(search: SavedSearch): Filters {
  return fromQuery(new URLSearchParams(search.filters));
}

export function Side(props: SavedProps): ReactElement {
  return (
    <aside className="side" aria-label={t('Saved searches')} data-testid="side">
      <SavedList {...props} />
    </aside>
  );
}

/** Where there is no column for them. */
export function SavedMenu(props: SavedProps): ReactElement {
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const button = (
    <button className="btn plain" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="saved-menu">
      <Icon of={IconBookmark} size="m" />
      {t('Saved')}
    </button>
  );
  return (
    <Popover open={open} onClose={close} button={button}>
      <div className="menu savedmenu"><SavedList {...props} /></div>
    </Popover>
  );
}

function SavedList({ saved, filters, onFilters }: SavedProps): ReactElement {
  const [naming, setNaming] = useState(false);
  const [renaming, setRenaming] = useState(0);
  return (
    <div className="sec">
      <div className="hd">
        {t('Saved searches')}
        <span className="grow" />
        <IconButton label={t('Save this search')} icon={IconBookmarkPlus} onClick={() => setNaming(true)} disabled={!isFiltered(filters)} help={isFiltered(filters) ? undefined : t('search for something first')} testid="save-search" />
      </div>
      {naming && (
        <NameField
          value={inWords(filters).slice(0, LONGEST_NAME)}
          onClose={() => setNaming(false)}
          onName={(name) => void saved.save(name, filters).then((ok) => ok && setNaming(false))}
        />
      )}
      {saved.failure && <p className="pad sm c-failed" role="alert" data-testid="search-error">{saved.failure}</p>}
      {saved.searches.map((search) =>
        renaming === search.id ? (
          <NameField
            key={search.id}
            value={search.name}
            onClose={() => setRenaming(0)}
            onName={(name) => void saved.rename(search, name).then((ok) => ok && setRenaming(0))}
          />
        ) : (
          <Line key={search.id} search={search} count={saved.counts.get(search.id)} on={isShown(search, filters)} onShow={() => onFilters(filtersOf(search))} onRename={() => setRenaming(search.id)} onRemove={() => saved.remove(search)} />
        ),
      )}
      {!saved.searches.length && !naming && <p className="pad sm t3">{t('None yet. What is searched for can be kept here under a name.')}</p>}
    </div>
  );
}

interface LineProps {
  search: SavedSearch;
  count: StudyCount | undefined;
  on: boolean;
  onShow: () => void;
  onRename: () => void;
  onRemove: () => void;
}

function Line({ search, count, on, onShow, onRename, onRemove }: LineProps): ReactElement {
  return (
    <div className={`li saved ${on ? 'on' : ''}`} data-testid="saved-search" data-name={search.name}>
      <button className="row grow" aria-current={on} onClick={onShow} title={search.name} data-testid="saved-show">
        <Icon of={IconBookmark} size="s" />
        <span className="clip">{search.name}</span>
      </button>
      <span className="val t3" title={count ? countWords(count) : undefined}>{count && (count.total_is_all ? countWords(count) : `${countWords({ ...count, total_is_all: true })}+`)}</span>
      <span className="lineacts">
        <IconButton label={t('Rename {name}', { name: search.name })} icon={IconPencil} low onClick={onRename} testid="saved-rename" />
        <IconButton label={t('Remove {name}', { name: search.name })} icon={IconTrash} low onClick={onRemove} testid="saved-remove" />
      </span>
    </div>
  );
}

function NameField({ value, onName, onClose }: { value: string; onName: (name: string) => void; onClose: () => void }): ReactElement {
  const [name, setName] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const done = () => name.trim() && onName(name.trim());
  return (
    <div className="li naming">
      <input
        className="field"
        ref={field}
        value={name}
        maxLength={LONGEST_NAME}
        aria-label={t('Name of the search')}
        autoComplete="off"
        onChange={(e) => setName(e.target.value)}
        onKeyDown={(e) => {
          e.stopPropagation();
          if (e.key === 'Enter') done();
          else if (e.key === 'Escape') onClose();
        }}
        data-testid="search-name"
      />
      <IconButton label={t('Save')} icon={IconCheck} hint="Enter" onClick={done} disabled={!name.trim()} />
      <IconButton label={t('Cancel')} icon={IconX} hint="Esc" onClick={onClose} />
    </div>
  );
}
