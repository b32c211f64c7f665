/** What can be done with a document: pages, zoom, search, copy, print, save. */
import { IconChevronDown, IconChevronUp, IconCopy, IconDownload, IconPrinter, IconSearch, IconX, IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { keyNow } from '../../keys';
import { IconButton } from '../../parts/icon-button';
import type { Search } from './pdf';

interface Props {
  page: number;
  count: number;
  onPage: (page: number) => void;
  /** 1: as large as it says. */
  zoom: number;
  fit: 'width' | 'page' | number;
  onZoom: (times: number) => void;
  onFit: (fit: 'width' | 'page') => void;
  search: Search;
  onCopy: () => void;
  onPrint: () => void;
  onSave: () => void;
}

const STEP = 1.2;

export function DocumentBar({ page, count, onPage, zoom, fit, onZoom, onFit, search, onCopy, onPrint, onSave }: Props): ReactElement {
  return (
    <div className="kindbar docbar" role="toolbar" aria-label={t('Document')}>
      <IconButton icon={IconChevronUp} label={t('Previous page')} onClick={() => onPage(page - 1)} disabled={page <= 1} testid="page-previous" />
      <IconButton icon={IconChevronDown} label={t('Next page')} onClick={() => onPage(page + 1)} disabled={page >= count} testid="page-next" />
      <PageField key={page} page={page} count={count} onPage={onPage} />
      <span className="num t2" data-testid="page-count">{t('of {count}', { count })}</span>
      <span className="split" />
      <IconButton icon={IconZoomOut} label={t('Zoom out')} hint={keyNow('image.smaller')} onClick={() => onZoom(1 / STEP)} />
      <span className="num t2" data-testid="page-zoom">{Math.round(100 * zoom)} %</span>
      <IconButton icon={IconZoomIn} label={t('Zoom in')} hint={keyNow('image.larger')} onClick={() => onZoom(STEP)} />
      <button className={`btn low ${fit === 'width' ? 'on' : ''}`} aria-pressed={fit === 'width'} onClick={() => onFit('width')} data-testid="fit-width">{t('Width')}</button>
      <button className={`btn low ${fit === 'page' ? 'on' : ''}`} aria-pressed={fit === 'page'} onClick={() => onFit('page')} data-testid="fit-page">{t('Page {#the whole page is seen}')}</button>
      <span className="grow" />
      {search.isOpen ? <SearchField search={search} /> : <IconButton icon={IconSearch} label={t('Find in the document')} hint={keyNow('page.find')} onClick={search.open} testid="page-find" />}
      <IconButton icon={IconCopy} label={t('Copy all text')} onClick={onCopy} testid="document-copy" />
      <IconButton icon={IconPrinter} label={t('Print')} hint={keyNow('page.print')} onClick={onPrint} testid="document-print" />
      <IconButton icon={IconDownload} label={t('Save the file')} onClick={onSave} testid="document-save" />
    </div>
  );
}

function PageField({ page, count, onPage }: Pick<Props, 'page' | 'count' | 'onPage'>): ReactElement {
  const [typed, setTyped] = useState(String(page));
  const go = () => (Number(typed) >= 1 && Number(typed) <= count ? onPage(Number(typed)) : setTyped(String(page)));
  return <input className="field num pageno" inputMode="numeric" aria-label={t('Page number')} value={typed} onChange={(e) => setTyped(e.target.value)} onBlur={go} onKeyDown={(e) => e.key === 'Enter' && go()} data-testid="page-number" />;
}

function SearchField({ search }: { search: Search }): ReactElement {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const { places, at, query, isDone } = search;
  return (
    <span className="docsearch" role="search">
      <input
        ref={field}
        className="field"
        placeholder={t('Find in the document')}
        aria-label={t('Find in the document')}
        value={query}
        onChange={(e) => search.setQuery(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === 'Enter') search.step(e.shiftKey ? -1 : 1);
          else if (e.key === 'Escape') search.close();
          else return;
          e.stopPropagation();
        }}
        data-testid="page-query"
      />
      <span className="num t2" role="status" data-testid="page-found">{!query ? '' : places.length ? t('{at} of {count}', { at: at + 1, count: places.length }) : isDone ? t('not found') : '…'}</span>
      <IconButton icon={IconChevronUp} label={t('Previous place')} onClick={() => search.step(-1)} disabled={!places.length} />
      <IconButton icon={IconChevronDown} label={t('Next place')} onClick={() => search.step(1)} disabled={!places.length} testid="found-next" />
      <IconButton icon={IconX} label={t('Close the search')} onClick={search.close} />
    </span>
  );
}
