/** Lengths on a slide: drawn by dragging, or from the middle of the screen to the middle by Enter; kept with the slide. */
import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { IconRuler2, IconX } from '@tabler/icons-react';
import { apply, type Point2 } from '../../../core/geometry';
import { t } from '../../../core/language';
import type { Pyramid } from '../../../domain/slide-levels';
import { lengthWords, type SlideLine } from '../../../domain/slide-measure';
import { strokeTwice, writeTwice } from '../../layers/lines';
import { IconButton } from '../../parts/icon-button';
import { Icon } from '../../parts/icon';
import { useOwnState } from '../../own-states';
import type { ViewerModel } from '../../viewer-model';
import type { DrawOver, SlideScreen } from './screen';

/** What is drawn by the reader: not the colours of annotations. */
const COLOUR = '#f6e27a';
const MOST = 100;
/** CSS pixels: shorter is a click. */
const SHORTEST = 3;

export interface Lines {
  lines: readonly SlideLine[];
  on: boolean;
  toggle: () => void;
  remove: (at: number) => void;
  draw: DrawOver;
  /** A key on the slide; false: not for measuring. */
  key: (key: string) => boolean;
}

/** image: of several of one slide, the one that is shown. */
export function useLines(model: ViewerModel, own: string, image: number, screen: SlideScreen | undefined, pyramid: Pyramid): Lines {
  const kept = useOwnState(model.own, own)['lines'];
  const all = useMemo(() => linesOf(kept), [kept]);
  const lines = useMemo(() => all.filter(([at]) => at === image).map(([, ...line]) => line as unknown as SlideLine), [all, image]);
  const [on, setOn] = useState(false);
  /** The first end; the other is the pointer, or the middle of the screen. */
  const draft = useRef<{ from: Point2; to?: Point2 } | undefined>(undefined);
  const latest = useRef(all);
  useEffect(() => {
    latest.current = all;
  });
  const add = (from: Point2, to: Point2) => {
    draft.current = undefined;
    if (screen && Math.hypot(to[0] - from[0], to[1] - from[1]) * screen.place.scale > SHORTEST * screen.ratio) model.own.change(own, { lines: [...latest.current, [image, ...from, ...to]].slice(-MOST) });
    screen?.redraw();
  };
  const deed = useRef(add);
  useEffect(() => {
    deed.current = add;
  });
  useEffect(() => {
    if (!screen || !on) return undefined;
    screen.pen = {
      down: (at) => void (draft.current = { from: at, to: at }),
      move: (at) => {
        if (draft.current) draft.current.to = at;
        screen.redraw();
      },
      up: () => draft.current?.to && deed.current(draft.current.from, draft.current.to),
    };
    return () => {
      screen.pen = undefined;
      draft.current = undefined;
      screen.redraw();
    };
  }, [screen, on]);
  const draw = useMemo<DrawOver>(() => (context, matrix, ratio) => {
    const open = draft.current;
    const middle: Point2 = screen ? [screen.place.x, screen.place.y] : [0, 0];
    const drawn = open ? [...lines, [...open.from, ...(open.to ?? middle)] as unknown as SlideLine] : lines;
    for (const line of drawn) drawLine(context, line, lengthWords(pyramid, line), (p) => apply(matrix, p), ratio);
    if (on && open && !open.to) drawLine(context, [...middle, ...middle], '', (p) => apply(matrix, p), ratio);
  }, [lines, on, screen, pyramid]);
  const key = (name: string) => {
    if (!on || !screen) return false;
    const middle: Point2 = [screen.place.x, screen.place.y];
    if (name === 'Escape') {
      draft.current = undefined;
      setOn(false);
    } else if (name !== 'Enter') return false;
    else if (draft.current) add(draft.current.from, middle);
    else draft.current = { from: middle };
    screen.redraw();
    return true;
  };
  return { lines, on, toggle: () => setOn(!on), remove: (at) => model.own.change(own, { lines: all.filter((line) => line.slice(1).some((v, i) => v !== lines[at]?.[i])) }), draw, key };
}

/** Image, and two places. What comes back from a reload may be anything. */
function linesOf(kept: unknown): readonly (readonly number[])[] {
  const isLine = (v: unknown): v is number[] => Array.isArray(v) && v.length === 5 && v.every((n) => typeof n === 'number' && Number.isFinite(n));
  return Array.isArray(kept) ? kept.filter(isLine).slice(0, MOST) : [];
}

function drawLine(context: CanvasRenderingContext2D, line: SlideLine, words: string, place: (p: Point2) => Point2, ratio: number): void {
  const [a, b] = [place([line[0], line[1]]), place([line[2], line[3]])];
  const path = new Path2D();
  path.moveTo(...a);
  path.lineTo(...b);
  for (const [x, y] of [a, b]) {
    path.moveTo(x - 5 * ratio, y);
    path.lineTo(x + 5 * ratio, y);
    path.moveTo(x, y - 5 * ratio);
    path.lineTo(x, y + 5 * ratio);
  }
  strokeTwice(context, path, COLOUR, ratio);
  if (words) writeTwice(context, words, Math.max(a[0], b[0]) + 8 * ratio, (a[1] + b[1]) / 2 - 6 * ratio, COLOUR, ratio);
}

export function LinesSection({ lines: { lines, on, toggle, remove }, pyramid }: { lines: Lines; pyramid: Pyramid }): ReactElement {
  return (
    <div className="sec" role="group" aria-label={t('Lengths')}>
      <div className="hd">{t('Lengths')}</div>
      <button className={`btn slidewide ${on ? 'on' : ''}`} aria-pressed={on} onClick={toggle} data-testid="slide-measure"><Icon of={IconRuler2} size="s" />{on ? t('Drag a line') : t('Measure a length')}</button>
      {on && <p className="pad t3">{t('By keys: Enter begins and ends a line at the middle, arrows move the slide.')}</p>}
      {!pyramid.spacing && <p className="pad t3">{t('No size known: the object does not say how large a pixel is.')}</p>}
      {lines.map((line, i) => (
        <div key={line.join(' ')} className="li">
          <span className="grow num" data-testid="slide-length">{lengthWords(pyramid, line)}</span>
          <IconButton icon={IconX} label={t('Remove {name}', { name: lengthWords(pyramid, line) })} onClick={() => remove(i)} testid="slide-length-remove" />
        </div>
      ))}
    </div>
  );
}
