/** The circle of a curve and the caliper of an ultrasound region, with handles that are dragged or moved by the arrows. */
import { useRef, type ReactElement } from 'react';
import type { Point2 } from '../../../core/geometry';
import { t } from '../../../core/language';
import { caliperWords } from '../../../domain/ultrasound-regions';
import { useOwnState } from '../../own-states';
import { endsOf, noteEnds, putEnds, type Ends, type MarkKind } from '../../reader-marks';
import type { Stage } from '../../stage/stage';
import type { Snapshot } from '../../stage/view';
import type { ViewerModel } from '../../viewer-model';
import { End } from './known-length';

export function MarksOnImage({ model, stage, snap }: { model: ViewerModel; stage: Stage; snap: Snapshot }): ReactElement | null {
  const series = snap.displaySet?.seriesInstanceUid ?? '';
  const state = useOwnState(model.own, series);
  /** Where it was when a drag began. */
  const before = useRef<Ends>(undefined);
  const hand = (kind: MarkKind, which: number) => ({
    moved: (to: Point2, byKey: boolean) => {
      const was = endsOf(state, kind);
      put(kind, which, to);
      if (byKey) noteEnds(model, series, kind, was, 'moved');
    },
    held: () => {
      before.current = endsOf(state, kind);
    },
    letGo: () => noteEnds(model, series, kind, before.current),
  });
  const put = (kind: MarkKind, which: number, to: Point2) => {
    const ends = endsOf(state, kind);
    const point = stage.toImage(to);
    if (!ends || !point) return;
    const [a, b] = ends;
    // The middle of a circle takes its edge along.
    if (kind === 'circle' && !which) putEnds(model, series, kind, [point, [b[0] + point[0] - a[0], b[1] + point[1] - a[1]]]);
    else putEnds(model, series, kind, which ? [a, point] : [point, b]);
  };
  const circle = endsOf(state, 'circle');
  const caliper = snap.ref && '00186011' in snap.ref.dataset ? endsOf(state, 'caliper') : undefined;
  if (!circle && !caliper) return null;
  const [c, e] = (circle ?? []).map((p) => stage.toScreen(p));
  const [a, b] = (caliper ?? []).map((p) => stage.toScreen(p));
  return (
    <>
      <svg className="lines known" data-testid="marks-on-image">
        {c && e && (
          <>
            <circle className="halo round" cx={c[0]} cy={c[1]} r={Math.hypot(e[0] - c[0], e[1] - c[1])} />
            <circle className="ln mine round" cx={c[0]} cy={c[1]} r={Math.hypot(e[0] - c[0], e[1] - c[1])} />
            <End which={0} at={c} {...hand('circle', 0)} name={t('Middle of the region, moved by the arrows')} testid="circle-middle" />
            <End which={1} at={e} {...hand('circle', 1)} name={t('Edge of the region, moved by the arrows')} testid="circle-edge" />
          </>
        )}
        {a && b && (
          <>
            <line className="halo" x1={a[0]} y1={a[1]} x2={b[0]} y2={b[1]} />
            <line className="ln mine" x1={a[0]} y1={a[1]} x2={b[0]} y2={b[1]} />
            <End which={0} at={a} {...hand('caliper', 0)} testid="caliper-1" />
            <End which={1} at={b} {...hand('caliper', 1)} testid="caliper-2" />
          </>
        )}
      </svg>
      {a && b && caliper && snap.ref && (
        <span className="probe" role="status" style={{ left: Math.max(Math.min(Math.max(a[0], b[0]) + 12, snap.width - 210), 4), top: (a[1] + b[1]) / 2 + 10 }} data-testid="caliper-words">
          {caliperWords(snap.ref.dataset, ...caliper).map((line) => <span key={line} className="block">{line}</span>)}
        </span>
      )}
    </>
  );
}
