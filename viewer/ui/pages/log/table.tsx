/** Events in rows that are drawn only where they are seen; one of them may be open. */
import { memo, useCallback, useEffect, useRef, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { stamp, type LogEvent } from '../../../domain/log';
import { OutcomeIcon } from '../../parts/outcome-icon';
import { useVirtualRows } from '../../parts/virtual-rows';
import { Detail } from './detail';
import type { Log } from './use-log';

export interface Place {
  /** The event that is chosen; none is the newest, whichever that is. */
  cursor: number | null;
  open: number | null;
  /** Counts the moves: each brings the chosen row to sight. */
  visit: number;
}

interface Props {
  log: Log;
  place: Place;
  at: number;
  now: Date;
  onToggle: (event: LogEvent) => void;
  onAway: (away: boolean) => void;
}

const HEADS = ['', t('Time'), t('Kind'), t('Peer'), t('Address'), t('About'), t('What happened')];

export function Table({ log, place, at, now, onToggle, onAway }: Props): ReactElement {
  const { events, more, loadMore } = log;
  const body = useRef<HTMLDivElement>(null);
  const [tall, setTall] = useState(0);
  const openAt = place.open === null ? -1 : events.findIndex((event) => event.id === place.open);
  const opened = events[openAt];
  const { first, last, topOf, height, away, reveal } = useVirtualRows(body, events.length, opened && { after: openAt, height: tall });
  const bring = useRef<() => void>(() => undefined);
  useEffect(() => {
    bring.current = () => reveal(at);
  });
  useEffect(() => bring.current(), [place.visit, tall]);
  useEffect(() => onAway(away), [away, onAway]);
  useEffect(() => () => onAway(false), [onAway]);
  useEffect(() => {
    if (more && last >= events.length - 40) loadMore();
  });
  const measured = useCallback((element: HTMLDivElement | null) => {
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setTall(element.offsetHeight));
    observer.observe(element);
    return () => {
      observer.disconnect();
      setTall(0);
    };
  }, []);
  const current = events[at];
  return (
    <div className="tbl card logs" role="treegrid" aria-label={t('Events')} aria-rowcount={more ? -1 : events.length} tabIndex={0} aria-activedescendant={current && rowId(current)} data-testid="events">
      <div className="tr th" role="row">{HEADS.map((label) => <span role="columnheader" key={label}>{label}</span>)}</div>
      <div className="body" ref={body} data-testid="rows">
        <div style={{ height }} />
        {events.slice(first, last).map((event, i) => (
          <Row key={event.id} event={event} index={first + i} top={topOf(first + i)} day={now.toDateString()} on={first + i === at} open={event.id === place.open} onToggle={onToggle} />
        ))}
        {opened && (
          <div key={`open ${opened.id}`} role="row" className={`opened ${opened.outcome}`} style={{ top: topOf(openAt + 1) - tall }} ref={measured}>
            <Detail event={opened} />
          </div>
        )}
      </div>
    </div>
  );
}

export function rowId(event: LogEvent): string {
  return `event-${event.id}`;
}

interface RowProps {
  event: LogEvent;
  index: number;
  top: number;
  /** Today: what is of today is told without its day. */
  day: string;
  on: boolean;
  open: boolean;
  onToggle: (event: LogEvent) => void;
}

const Row = memo(function Row({ event, index, top, day, on, open, onToggle }: RowProps): ReactElement {
  return (
    <div
      id={rowId(event)}
      className={`tr ${event.outcome} ${open ? 'open' : ''} ${on ? 'on cur' : ''}`}
      role="row"
      aria-selected={on}
      aria-expanded={open}
      aria-rowindex={index + 1}
      style={{ top }}
      // Text that was marked to be copied is not a click.
      onClick={() => !getSelection()?.toString() && onToggle(event)}
      data-testid="event"
      data-event-id={event.id}
      data-outcome={event.outcome}
    >
      <span role="gridcell">{event.outcome !== 'done' && <OutcomeIcon outcome={event.outcome} />}</span>
      <span role="gridcell" className="t2">{stamp(event.at, new Date(day))}</span>
      <span role="gridcell">{event.kind}</span>
      <span role="gridcell" className="t2" title={event.peer}>{event.peer}</span>
      <span role="gridcell" className="t3">{event.address}</span>
      <span role="gridcell" className="t3" title={event.subject}>{event.subject}</span>
      <span role="gridcell" className={event.outcome === 'done' ? 't2' : ''}>{event.sentence}</span>
    </div>
  );
});

export function Bars(): ReactElement {
  return (
    <div className="tbl card logs" data-testid="loading" role="status" aria-label={t('Loading')}>
      {Array.from({ length: 16 }, (_, i) => (
        <div className="tr" key={i}>{[0, 70, 60, 50, 60, 70, 90].map((w, k) => <span className="sk" key={k} style={{ width: `${Math.max(w - ((i * 7 + k * 5) % 30), 0)}%` }} />)}</div>
      ))}
    </div>
  );
}
