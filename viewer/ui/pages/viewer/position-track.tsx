/** Where in the stack: grey = loaded, red = cannot be drawn, yellow = key image, white = here. Its whole width is a thumb: drag it to scroll fast. */
import { useEffect, useRef, type ReactElement } from 'react';
import type { Stage } from '../../stage/stage';
import type { Snapshot } from '../../stage/view';

/** keys: places of key images, from 0. */
export function PositionTrack({ snap, stage, keys }: { snap: Snapshot; stage: Stage; keys: readonly number[] }): ReactElement | null {
  const track = useRef<HTMLSpanElement>(null);
  const count = snap.displaySet?.images.length ?? 0;
  useEffect(() => {
    const element = track.current;
    if (!element) return undefined;
    const move = (e: PointerEvent) => {
      if (!(e.buttons & 1)) return;
      e.stopPropagation();
      const box = element.getBoundingClientRect();
      void stage.goTo(((e.clientY - box.top) / box.height) * (count - 1));
    };
    const down = (e: PointerEvent) => {
      e.stopPropagation();
      element.setPointerCapture(e.pointerId);
      move(e);
    };
    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    return () => {
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
    };
  }, [stage, count]);
  if (count < 2) return null;
  const share = snap.index / (count - 1);
  const { loaded, failed } = stage.fetched();
  return (
    <span className="track" ref={track} aria-hidden data-testid="position-track">
      <span className="pos">
        <Spans of={loaded} count={count} />
        <Spans of={failed} count={count} failed />
        {keys.map((at) => <u key={`key ${at}`} data-key={at + 1} style={{ top: `${(100 * (at + 0.5)) / count}%` }} />)}
        <b style={{ top: `calc(${share * 100}% - ${share * 3}px)` }} />
      </span>
    </span>
  );
}

/** of: from one image to another, both included. */
function Spans({ of, count, failed = false }: { of: readonly (readonly [number, number])[]; count: number; failed?: boolean }): ReactElement {
  return (
    <>
      {of.map(([from, to]) => (
        <i key={from} className={failed ? 'bad' : undefined} data-span={`${from + 1}-${to + 1}`} style={{ top: `${(100 * from) / count}%`, bottom: `${(100 * (count - 1 - to)) / count}%` }} />
      ))}
    </>
  );
}
