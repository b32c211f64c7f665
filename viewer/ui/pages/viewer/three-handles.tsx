/** Handles on the faces of the box that cuts a volume in three dimensions, for mouse and fingers; keys have the sliders of the panel. */
import { useRef, type PointerEvent, type ReactElement } from 'react';
import type { Point2 } from '../../../core/geometry';
import { dragged, type Crop, type FaceHandle } from '../../../core/rays';
import type { Three, ThreeSnapshot } from '../../stage/three';

interface Held {
  handle: FaceHandle;
  crop: Crop;
  from: Point2;
}

export function ThreeHandles({ three, snap }: { three: Three; snap: ThreeSnapshot }): ReactElement | null {
  const held = useRef<Held | undefined>(undefined);
  if (!snap.eye || snap.words) return null;
  const end = () => (held.current = undefined);
  return (
    <div className="faces-of-box" aria-hidden>
      {three.handles().map((handle) => {
        const { axis, end: side, at } = handle;
        return (
          <span
            key={`${axis} ${side}`}
            className="face"
            style={{ left: `calc(50% + ${at[0].toFixed(1)}px)`, top: `calc(50% + ${at[1].toFixed(1)}px)` }}
            data-testid={`three-handle-${side}-${axis}`}
            onPointerDown={(e: PointerEvent<HTMLSpanElement>) => {
              if (e.button !== 0 || held.current) return;
              e.stopPropagation();
              e.currentTarget.setPointerCapture(e.pointerId);
              held.current = { handle, crop: snap.crop, from: [e.clientX, e.clientY] };
            }}
            onPointerMove={(e) => {
              if (!held.current) return;
              e.stopPropagation();
              const { handle: own, crop, from } = held.current;
              const { low, high } = dragged(crop, own, [e.clientX - from[0], e.clientY - from[1]]);
              three.setCrop({ low, high });
            }}
            onPointerUp={end}
            onPointerCancel={end}
          />
        );
      })}
    </div>
  );
}
