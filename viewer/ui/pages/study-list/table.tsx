/** The table: rows drawn only where they are seen, next pages fetched before the end is reached. */
import { IconCheck, IconChevronDown, IconChevronUp, IconFileDownload, IconPhotoOff, IconSend, IconTrash } from '@tabler/icons-react';
import { memo, useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { fittingColumns, gridOf, movedColumn, type Column } from '../../../domain/columns';
import type { Filters, SortKey } from '../../../domain/filters';
import type { Study } from '../../../domain/study';
import { nameParts } from '../../../core/person-name';
import { Icon } from '../../parts/icon';
import { IconButton } from '../../parts/icon-button';
import { useVirtualRows } from '../../parts/virtual-rows';
import { studyThumbnail } from '../../server/http-server';
import { Cell } from './cells';
import type { StudyList } from './use-studies';

/** What can be done with a study where it stands; missing for who may not. */
export interface RowActions {
  open: (study: Study) => void;
  download: (study: Study) => void;
  send: ((study: Study) => void) | undefined;
  remove: ((study: Study) => void) | undefined;
}

interface Props {
  list: StudyList;
  filters: Filters;
  columns: readonly string[];
  cursor: number;
  chosen: ReadonlySet<string>;
  actions: RowActions;
  compact: boolean;
  onSort: (key: SortKey) => void;
  onColumns: (columns: string[]) => void;
  onPress: (index: number, how: 'plain' | 'toggle' | 'range', ms: number) => void;
  onAll: () => void;
}

export function Table({ list, filters, columns, cursor, chosen, actions, compact, onSort, onColumns, onPress, onAll }: Props): ReactElement {
  const table = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const width = useWidth(table);
  const shown = useMemo(() => fittingColumns(columns, width), [columns, width]);
  const { first, last, topOf, height, reveal } = useVirtualRows(body, list.studies.length);
  // Only a moved cursor may scroll; scrolling itself must not pull back to it.
  useEffect(() => reveal(cursor), [cursor, reveal]);
  useEffect(() => {
    if (list.more && last >= list.studies.length - 20) list.loadMore();
  });
  const every = list.studies.length > 0 && chosen.size >= list.studies.length && list.studies.every((s) => chosen.has(s.study_instance_uid));
  return (
    <div className="tbl cols" ref={table} role="grid" aria-label={t('Studies')} aria-multiselectable aria-rowcount={list.total ?? -1} data-testid="studies" style={{ '--grid': gridOf(shown, !compact) } as React.CSSProperties}>
      <div className="tr th" role="row">
        <span role="columnheader" className="cell">
          <button className={`ck ${every ? 'on' : ''}`} role="checkbox" aria-checked={every} aria-label={t('Choose all that are listed')} onClick={onAll} data-testid="choose-all">{every && <Icon of={IconCheck} size="s" />}</button>
        </span>
        <span />
        {shown.map((column) => (
          <Head key={column.id} column={column} filters={filters} columns={columns} onSort={onSort} onColumns={onColumns} />
        ))}
      </div>
      <div className="body" ref={body} data-testid="rows">
        {list.slow && <Bars columns={shown} />}
        <div style={{ height }} />
        {list.studies.slice(first, last).map((study, i) => (
          <Row
            key={study.study_instance_uid}
            study={study}
            index={first + i}
            top={topOf(first + i)}
            cursor={first + i === cursor}
            chosen={chosen.has(study.study_instance_uid)}
            columns={shown}
            actions={actions}
            onPress={onPress}
          />
        ))}
      </div>
    </div>
  );
}

function useWidth(element: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(1200);
  useEffect(() => {
    if (!element.current) return undefined;
    const observer = new ResizeObserver((entries) => setWidth(entries[0]?.contentRect.width ?? 1200));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

interface HeadProps {
  column: Column;
  filters: Filters;
  columns: readonly string[];
  onSort: (key: SortKey) => void;
  onColumns: (columns: string[]) => void;
}

const DRAGGED = 'application/x-readingroom-column';

/** Sorts by a press, moves by a drag or Alt and an arrow. */
function Head({ column, filters, columns, onSort, onColumns }: HeadProps): ReactElement {
  const { id, label, sort } = column;
  const sorted = sort !== undefined && sort === filters.sort;
  const drop = (dragged: string) => onColumns(movedColumn(columns, dragged, columns.indexOf(id) - columns.indexOf(dragged)));
  return (
    <span
      role="columnheader"
      className={`${column.right ? 'r' : ''} ${sorted ? 's' : ''}`}
      aria-sort={sorted ? (filters.descending ? 'descending' : 'ascending') : undefined}
      draggable
      onDragStart={(e) => e.dataTransfer.setData(DRAGGED, id)}
      onDragOver={(e) => e.dataTransfer.types.includes(DRAGGED) && e.preventDefault()}
      onDrop={(e) => {
        e.preventDefault();
        drop(e.dataTransfer.getData(DRAGGED));
      }}
      onKeyDown={(e) => {
        const by = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
        if (!e.altKey || by === undefined) return;
        e.preventDefault();
        onColumns(movedColumn(columns, id, by));
      }}
      data-testid="head"
      data-column={id}
    >
      {sort ? (
        <button onClick={() => onSort(sort)} title={t('Sort; drag or Alt ← → to move')} data-testid={`sort-${sort}`}>
          {label}
          {sorted && <Icon of={filters.descending ? IconChevronDown : IconChevronUp} size="s" />}
        </button>
      ) : (
        <span tabIndex={0} title={t('Drag or Alt ← → to move')}>{label}</span>
      )}
    </span>
  );
}

interface RowProps {
  study: Study;
  index: number;
  top: number;
  cursor: boolean;
  chosen: boolean;
  columns: readonly Column[];
  actions: RowActions;
  onPress: (index: number, how: 'plain' | 'toggle' | 'range', ms: number) => void;
}

const Row = memo(function Row({ study, index, top, cursor, chosen, columns, actions, onPress }: RowProps): ReactElement {
  return (
    <div
      className={`tr ${cursor || chosen ? 'on' : ''} ${cursor ? 'cur' : ''}`}
      role="row"
      aria-selected={cursor || chosen}
      aria-rowindex={index + 1}
      style={{ top }}
      onMouseDown={(e) => e.shiftKey && e.preventDefault()}
      onClick={(e) => onPress(index, e.shiftKey ? 'range' : e.ctrlKey || e.metaKey ? 'toggle' : 'plain', e.timeStamp)}
      data-testid="study"
      data-study-uid={study.study_instance_uid}
      data-chosen={chosen || undefined}
    >
      <span role="gridcell" className="cell">
        <button
          className={`ck ${chosen ? 'on' : ''}`}
          role="checkbox"
          aria-checked={chosen}
          aria-label={t('Choose {name}', { name: nameParts(study.patient_name).main })}
          tabIndex={-1}
          onClick={(e) => {
            e.stopPropagation();
            onPress(index, e.shiftKey ? 'range' : 'toggle', e.timeStamp);
          }}
          data-testid="choose"
        >
          {chosen && <Icon of={IconCheck} size="s" />}
        </button>
      </span>
      <span role="gridcell" className="cell"><Thumb study={study} /></span>
      {columns.map((column) => <Cell key={column.id} column={column} study={study} />)}
      <Acts study={study} actions={actions} />
    </div>
  );
});

/** Where the pointer is. Keys and the look have all of it too. */
function Acts({ study, actions }: { study: Study; actions: RowActions }): ReactElement {
  const { send, remove } = actions;
  return (
    <span className="rowacts" role="gridcell" onClick={(e) => e.stopPropagation()}>
      {send && <IconButton label={t('Send')} hint="Ctrl E" icon={IconSend} onClick={() => send(study)} testid="row-send" />}
      <IconButton label={t('Download as ZIP')} icon={IconFileDownload} onClick={() => actions.download(study)} testid="row-download" />
      {remove && <IconButton label={t('Delete')} hint="Del" icon={IconTrash} onClick={() => remove(study)} testid="row-delete" />}
    </span>
  );
}

export function Thumb({ study }: { study: Study }): ReactElement {
  const [failed, setFailed] = useState(false);
  if (failed) {
    return (
      <span className="noimg th32">
        <Icon of={IconPhotoOff} size="m" />
      </span>
    );
  }
  return <img className="thumb th32" alt="" loading="lazy" decoding="async" src={studyThumbnail(study.study_instance_uid)} onError={() => setFailed(true)} />;
}

function Bars({ columns }: { columns: readonly Column[] }): ReactElement {
  return (
    <div data-testid="loading" role="status" aria-label={t('Loading')}>
      {Array.from({ length: 14 }, (_, i) => (
        <div className="tr" key={i} style={{ position: 'relative' }}>
          <span className="ck" />
          <span className="noimg th32" />
          {columns.map((column, k) => (
            <span className="sk" key={column.id} style={{ width: `${50 + ((i * 13 + k * 17) % 45)}%` }} />
          ))}
        </div>
      ))}
    </div>
  );
}
