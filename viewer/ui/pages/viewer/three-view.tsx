/** A viewport that shows its series in three dimensions: canvas, letters, and the pointer that turns it. */
import { useEffect, useRef, useState, useSyncExternalStore, type ReactElement } from 'react';
import { lettersOf } from '../../../core/orientation';
import type { Point3 } from '../../../core/geometry';
import { useTurning } from '../../parts/use-turning';
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
    const made = new Three(canvas.current, model.meshes, stage.snapshot().look3d);
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
  const pointer = useTurning(three, () => model.toolHelp.use('three'));
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
