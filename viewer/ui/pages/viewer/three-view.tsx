/** A viewport that shows its series in three dimensions: canvas, letters, and the pointer that turns it. */
import { useEffect, useRef, useState, useSyncExternalStore, type PointerEvent, type ReactElement } from 'react';
import { lettersOf } from '../../../core/orientation';
import type { Point2, Point3 } from '../../../core/geometry';
import { seriesOfCell } from '../../stage/reformatting';
import type { Stage } from '../../stage/stage';
import { Three } from '../../stage/three';
import type { Snapshot } from '../../stage/view';
import type { ViewerModel } from '../../viewer-model';
import { ThreeHandles } from './three-handles';

export default function ThreeView({ stage, snap, model }: { stage: Stage; snap: Snapshot; model: ViewerModel }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [three, setThree] = useState<Three>();
  // A plane of a series shows the volume of the series.
  const source = seriesOfCell(snap.displaySet?.seriesInstanceUid ?? '');
  const set = snap.displaySet?.seriesInstanceUid === source ? snap.displaySet : model.series.get(source)?.set;
  const index = set === snap.displaySet ? snap.index : 0;
  useEffect(() => {
    if (!canvas.current || !set) return undefined;
    const made = new Three(canvas.current, stage.snapshot().look3d);
    stage.three = made;
    setThree(made);
    model.update();
    return () => {
      if (stage.three === made) stage.three = undefined;
      made.close();
    };
  }, [stage, model, set]);
  const time = set?.dimensions.places[index]?.time ?? 0;
  useEffect(() => {
    if (three && set) void three.open(set, index);
    // The slice says which time is meant, no more: scrolling within it changes nothing here.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [three, set, time]);
  return (
    <div className="three" data-testid="three">
      <canvas ref={canvas} />
      {three && <Overlay three={three} model={model} />}
    </div>
  );
}

function Overlay({ three, model }: { three: Three; model: ViewerModel }): ReactElement {
  const snap = useSyncExternalStore(three.subscribe, three.snapshot);
  const pointer = usePointer(three, () => model.toolHelp.use('three'));
  const { eye, anatomy } = snap;
  const letters = (v: Point3, sign: 1 | -1) => lettersOf(v.map((n) => n * sign) as Point3, anatomy);
  return (
    <div className="hand" {...pointer} data-testid="three-hand" data-drawn={snap.drawn} data-by={snap.by} data-rough={snap.rough}>
      {eye && snap.inPatient && (
        <>
          <span className="ori n" data-testid="orientation-top">{letters(eye.up, 1)}</span>
          <span className="ori e" data-testid="orientation-right">{letters(eye.right, 1)}</span>
          <span className="ori s" data-testid="orientation-bottom">{letters(eye.up, -1)}</span>
          <span className="ori w" data-testid="orientation-left">{letters(eye.right, -1)}</span>
        </>
      )}
      <ThreeHandles three={three} snap={snap} />
      {snap.words && <div className="say pass" role={snap.failed ? 'alert' : 'status'} data-testid="three-words"><b>{snap.words}</b></div>}
      {!snap.words && snap.notices.length > 0 && (
        <div className="notices" data-testid="three-notices">{snap.notices.map((n) => <span key={n}>{n}</span>)}</div>
      )}
    </div>
  );
}

const ZOOM_PER_PIXEL = 1.0015;

/** Left turns, middle (or Shift) moves, right is the window, the wheel zooms; two fingers zoom and move. */
function usePointer(three: Three, used: () => void) {
  const hand = useRef(new Map<number, Point2>());
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const target = element.current;
    const wheel = (e: WheelEvent) => {
      e.preventDefault();
      e.stopPropagation();
      three.zoom(ZOOM_PER_PIXEL ** -(e.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? e.deltaY : e.deltaY * 60));
    };
    target?.addEventListener('wheel', wheel, { passive: false });
    return () => target?.removeEventListener('wheel', wheel);
  }, [three]);
  const end = (e: PointerEvent) => hand.current.delete(e.pointerId);
  return {
    ref: element,
    onContextMenu: (e: { preventDefault: () => void }) => e.preventDefault(),
    onPointerDown: (e: PointerEvent<HTMLDivElement>) => {
      if (e.button === 1) e.preventDefault();
      e.currentTarget.setPointerCapture(e.pointerId);
      hand.current.set(e.pointerId, [e.clientX, e.clientY]);
    },
    onPointerUp: end,
    onPointerCancel: end,
    onPointerMove: (e: PointerEvent<HTMLDivElement>) => {
      const last = hand.current.get(e.pointerId);
      if (!last) return;
      const [dx, dy] = [e.clientX - last[0], e.clientY - last[1]];
      if (hand.current.size > 1) pinch(three, hand.current, e.pointerId, [dx, dy]);
      else if (e.buttons & 2) three.window(dx, dy);
      else if (e.buttons & 4 || e.shiftKey) three.pan(dx, dy);
      else three.turn(dx, dy);
      if (dx || dy) used();
      hand.current.set(e.pointerId, [e.clientX, e.clientY]);
    },
  };
}

function pinch(three: Three, fingers: Map<number, Point2>, id: number, [dx, dy]: Point2): void {
  const at = fingers.get(id);
  const other = [...fingers].find(([finger]) => finger !== id)?.[1];
  if (!at || !other) return;
  const before = Math.hypot(at[0] - other[0], at[1] - other[1]);
  const after = Math.hypot(at[0] + dx - other[0], at[1] + dy - other[1]);
  three.zoom(after / Math.max(before, 1));
  three.pan(dx / 2, dy / 2);
}
