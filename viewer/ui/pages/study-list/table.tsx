/** The table: rows drawn only where they are seen, next pages fetched before the end is reached. */
import { IconChevronDown, IconChevronUp, IconDownload, IconPhotoOff } from '@tabler/icons-react';
import { memo, useEffect, useRef, useState, type ReactElement } from 'react';
import { isoDateTime } from '../../../core/dates';
import { clockOrDay } from '../../../core/instants';
import { nameParts } from '../../../core/person-name';
import type { Filters, SortKey } from '../../../domain/filters';
import { kindOf, sexAndAge, type Study } from '../../../domain/study';
import { thousands } from '../../../core/numbers';
import { Icon } from '../../parts/icon';
import { useVirtualRows } from '../../parts/virtual-rows';
import { studyThumbnail } from '../../server/http-server';
import type { StudyList } from './use-studies';

interface Props {
  list: StudyList;
  filters: Filters;
  cursor: number;
  onSort: (key: SortKey) => void;
  onCursor: (index: number) => void;
  onOpen: (study: Study) => void;
  onLook: (index: number) => void;
}

const HEADS: [string, SortKey | '', string][] = [
  ['', '', ''],
  ['Patient', 'patient_name', ''],
  ['ID', 'patient_id', ''],
  ['Sex, age', '', ''],
  ['Kind', 'modalities', ''],
  ['Description', 'study_description', ''],
  ['Study date', 'study_date', ''],
  ['Accession', 'accession_number', 'x-acc'],
  ['Images', 'number_of_instances', 'r'],
  ['Received', 'received_at', 'x-rec'],
];

export function Table({ list, filters, cursor, onSort, onCursor, onOpen, onLook }: Props): ReactElement {
  const body = useRef<HTMLDivElement>(null);
  const { first, last, topOf, height, reveal } = useVirtualRows(body, list.studies.length);
  // Only a moved cursor may scroll; scrolling itself must not pull back to it.
  useEffect(() => reveal(cursor), [cursor, reveal]);
  useEffect(() => {
    if (list.more && last >= list.studies.length - 20) list.loadMore();
  });
  return (
    <div className="tbl cols" role="grid" aria-label="Studies" aria-rowcount={list.total ?? -1} data-testid="studies">
      <div className="tr th" role="row">
        {HEADS.map(([label, key, cls], i) => (
          <span key={i} role="columnheader" className={`${cls} ${key === filters.sort ? 's' : ''}`} aria-sort={key === filters.sort ? (filters.descending ? 'descending' : 'ascending') : undefined}>
            {key ? (
              <button onClick={() => onSort(key)} data-testid={`sort-${key}`}>
                {label}
                {key === filters.sort && <Icon of={filters.descending ? IconChevronDown : IconChevronUp} size="s" />}
              </button>
            ) : (
              label
            )}
          </span>
        ))}
      </div>
      <div className="body" ref={body} data-testid="rows">
        {list.slow && <Bars />}
        <div style={{ height }} />
        {list.studies.slice(first, last).map((study, i) => (
          <Row
            key={study.study_instance_uid}
            study={study}
            index={first + i}
            top={topOf(first + i)}
            on={first + i === cursor}
            onCursor={onCursor}
            onOpen={onOpen}
            onLook={onLook}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  study: Study;
  index: number;
  top: number;
  on: boolean;
  onCursor: (index: number) => void;
  onOpen: (study: Study) => void;
  onLook: (index: number) => void;
}

const Row = memo(function Row({ study, index, top, on, onCursor, onOpen, onLook }: RowProps): ReactElement {
  const name = nameParts(study.patient_name);
  const kind = kindOf(study.modalities);
  return (
    <div
      className={`tr ${on ? 'on cur' : ''}`}
      role="row"
      aria-selected={on}
      aria-rowindex={index + 1}
      style={{ top }}
      onClick={() => (on ? onLook(index) : onCursor(index))}
      onDoubleClick={() => onOpen(study)}
      data-testid="study"
      data-study-uid={study.study_instance_uid}
    >
      <Thumb study={study} />
      <span role="gridcell" title={[name.main, name.other].join(' ').trim()}>
        <span className="b">{name.main || 'No name'}</span> {name.other && <span className="t2">{name.other}</span>}
      </span>
      <span role="gridcell" className="t2">{study.patient_id || '–'}</span>
      <span role="gridcell" className="t2">{sexAndAge(study)}</span>
      <span role="gridcell">{kind.label && <span className={`mod ${kind.first}`} title={study.modalities.join(', ')}>{kind.label}</span>}</span>
      <span role="gridcell" title={study.study_description}>{study.study_description}</span>
      <span role="gridcell" className="t2">{isoDateTime(study.study_date, study.study_time) || '–'}</span>
      <span role="gridcell" className="t2 x-acc">{study.accession_number}</span>
      <span role="gridcell" className="r t2" data-testid="image-count">{thousands(study.number_of_instances)}</span>
      <State study={study} />
    </div>
  );
});

/** Still receiving is said where the study is; otherwise when it came. */
function State({ study }: { study: Study }): ReactElement {
  if (study.receiving) {
    return (
      <span role="gridcell" className="row c-recv gap4 x-rec" title="Still receiving" data-testid="still-receiving">
        <Icon of={IconDownload} size="s" />
        receiving
      </span>
    );
  }
  return <span role="gridcell" className="t3 x-rec" title={study.source_ae_title ? `from ${study.source_ae_title}` : undefined}>{clockOrDay(study.received_at, new Date())}</span>;
}

export function Thumb({ study }: { study: Study }): ReactElement {
  const [failed, setFailed] = useState(false);
  if (failed) {
    return (
      <span className="noimg th32" role="gridcell">
        <Icon of={IconPhotoOff} size="m" />
      </span>
    );
  }
  return <img className="thumb th32" role="gridcell" alt="" loading="lazy" decoding="async" src={studyThumbnail(study.study_instance_uid)} onError={() => setFailed(true)} />;
}

function Bars(): ReactElement {
  return (
    <div data-testid="loading" role="status" aria-label="Loading">
      {Array.from({ length: 14 }, (_, i) => (
        <div className="tr" key={i} style={{ position: 'relative' }}>
          <span className="noimg th32" />
          {[60 + ((i * 13) % 40), 70, 60, 60, 50 + ((i * 17) % 50), 80, 60, 50, 40].map((w, k) => (
            <span className="sk" key={k} style={{ width: `${w}%` }} />
          ))}
        </div>
      ))}
    </div>
  );
}
