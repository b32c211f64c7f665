/** What the recording itself marks at moments: all of it, however much, drawn where the list is seen; a press goes to the place. */
import { useDeferredValue, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { number, t } from '../../../core/language';
import { folded } from '../../../core/text-search';
import type { WaveformAnnotation } from '../../../core/waveform-annotations';
import { useVirtualRows } from '../../parts/virtual-rows';
import { clock, measured } from './words';

interface Props {
  /** By their first moments. */
  placed: readonly WaveformAnnotation[];
  /** On the paper, seconds from the acquisition. */
  begin: number;
  end: number;
  onGo: (time: number) => void;
}

/** So many are found by their words. */
const MANY = 30;

export function Placed({ placed, begin, end, onGo }: Props): ReactElement | null {
  const [query, setQuery] = useState('');
  const words = folded(useDeferredValue(query)).trim();
  const found = useMemo(() => (words ? placed.filter((a) => folded(a.words).includes(words)) : placed), [placed, words]);
  if (!placed.length) return null;
  return (
    <div className="sec" data-testid="wave-placed">
      <div className="hd">{t('Marked in the recording')} <span className="c">{words ? t('{count} of {all}', { count: found.length, all: number(placed.length) }) : number(placed.length)}</span></div>
      {placed.length > MANY && <div className="pad"><input className="field grow" placeholder={t('Words of a mark')} aria-label={t('Words of a mark')} value={query} onChange={(e) => setQuery(e.target.value)} data-testid="wave-mark-query" /></div>}
      {found.length ? <List key={words} found={found} begin={begin} end={end} onGo={onGo} /> : <p className="pad t3 sm">{t('not found')}</p>}
    </div>
  );
}

function List({ found, begin, end, onGo }: { found: readonly WaveformAnnotation[]; begin: number; end: number; onGo: (time: number) => void }): ReactElement {
  const body = useRef<HTMLDivElement>(null);
  const rows = useVirtualRows(body, found.length);
  const [at, setAt] = useState(-1);
  useEffect(() => {
    if (at >= 0) rows.reveal(at);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- when another one is chosen
  }, [at]);
  const go = (to: number) => {
    const next = Math.min(Math.max(to, 0), found.length - 1);
    setAt(next);
    onGo(timeOf(found[next]));
  };
  const answer = (e: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -found.length, End: found.length, Enter: 0 }[e.key];
    if (step === undefined) return;
    e.preventDefault();
    e.stopPropagation();
    go(at + step);
  };
  return (
    <div ref={body} className="waveplaced" tabIndex={0} role="listbox" aria-label={t('Marked in the recording')} aria-activedescendant={at >= rows.first && at < rows.last ? 'wave-mark-chosen' : undefined} onKeyDown={answer} data-testid="wave-marks" data-count={found.length}>
      <div className="waveall" style={{ height: rows.height }} role="presentation">
        {found.slice(rows.first, rows.last).map((a, i) => {
          const here = rows.first + i;
          const time = timeOf(a);
          return (
            <div
              key={here} id={here === at ? 'wave-mark-chosen' : undefined} role="option" aria-selected={here === at} aria-posinset={here + 1} aria-setsize={found.length} className={`li ${here === at ? 'on' : ''} ${a.times.some((at) => at >= begin && at < end) ? 'seen' : ''}`}
              style={{ top: rows.topOf(here) }} onClick={() => go(here)} title={a.words} data-testid="wave-mark" data-time={time}
            >
              <span className="num t3">{clock(time, 3)}</span><span className="grow clip">{a.words}</span><span className="val">{measured(a)}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function timeOf(annotation: WaveformAnnotation | undefined): number {
  return annotation?.times[0] ?? 0;
}
