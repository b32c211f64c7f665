/** The mean of a circle in each image of a run, over time: activity of a dynamic study, uptake, contrast. */
import { useEffect, useMemo, useState, type ReactElement } from 'react';
import { figure, significant } from '../../../core/figures';
import { t } from '../../../core/language';
import { modalityOf, pixelAspect } from '../../../core/image-description';
import { applyModality } from '../../../core/modality';
import { meanIn } from '../../../core/region-mean';
import { secondsOf } from '../../../domain/angiography';
import type { DisplaySet, ImageRef } from '../../../domain/display-sets';
import { playlist } from '../../../domain/dimensions';
import { startOf } from '../../../domain/nuclear';
import { useOwnState } from '../../own-states';
import { changeEnds, endsOf } from '../../reader-marks';
import { storedFrame } from '../../slab';
import type { Snapshot } from '../../stage/view';
import type { ViewerModel } from '../../viewer-model';

interface Sample {
  /** Index in the stack. */
  index: number;
  /** Seconds from the beginning, or the number of the image. */
  at: number;
  value: number;
}

const MOST = 1000;
const [WIDTH, HEIGHT] = [260, 120];

export default function CurveSection({ model, snap }: { model: ViewerModel; snap: Snapshot }): ReactElement | null {
  const series = snap.displaySet?.seriesInstanceUid ?? '';
  const ends = endsOf(useOwnState(model.own, series), 'circle');
  const set = snap.displaySet;
  if (!ends || !set || !snap.ref) return null;
  return <Curve key={series} model={model} set={set} snap={snap} image={snap.ref} circle={ends.flat().join(' ')} />;
}

/** circle: the four numbers of its ends. */
function Curve({ model, set, snap, image, circle }: { model: ViewerModel; set: DisplaySet; snap: Snapshot; image: ImageRef; circle: string }): ReactElement {
  const run = useMemo(() => playlist(set.dimensions, Math.max(snap.shown, 0)).slice(0, MOST), [set, snap.shown]);
  const runKey = run.join(' ');
  const [found, setFound] = useState<{ samples: readonly Sample[]; count: number; fault: string; done: boolean }>({ samples: [], count: 0, fault: '', done: false });
  useEffect(() => {
    const controller = new AbortController();
    const [cx = 0, cy = 0, ex = 0, ey = 0] = circle.split(' ').map(Number);
    void (async () => {
      const samples: Sample[] = [];
      let count = 0;
      for (const index of runKey.split(' ').map(Number)) {
        const one = set.images[index];
        if (!one) continue;
        const frame = await storedFrame(set, one, controller.signal);
        if (controller.signal.aborted) return;
        const aspect = pixelAspect(one.dataset, one.frame);
        const here = meanIn(frame, { middle: [cx, cy], radius: Math.hypot(ex - cx, (ey - cy) * aspect), aspect });
        count = here.count;
        samples.push({ index, at: timeOf(one) ?? samples.length + 1, value: applyModality(here.mean, modalityOf(one.dataset, one.frame, one.pixel)) });
      }
      setFound({ samples, count, fault: '', done: true });
    })().catch((e: unknown) => !controller.signal.aborted && setFound({ samples: [], count: 0, fault: e instanceof Error ? e.message : String(e), done: true }));
    return () => controller.abort();
  }, [set, circle, runKey]);
  const { samples, count, fault, done } = found;
  const unit = modalityOf(image.dataset, image.frame, image.pixel).unit;
  const isTimed = timeOf(image) !== undefined;
  const now = samples.find(({ index }) => index === snap.shown);
  const top = samples.reduce((a, b) => (b.value > a.value ? b : a), samples[0] ?? { index: 0, at: 0, value: 0 });
  const atWords = ({ at }: Sample) => (isTimed ? `${figure(at, 2)} s` : t('image {number}', { number: figure(at, 0) }));
  return (
    <div className="sec" data-testid="curve" data-done={done}>
      <div className="hd">{t('Curve of the region')} <span className="c">{t('{count} pixels', { count: String(count) })}</span></div>
      {fault && <p className="pad c-failed">{fault}</p>}
      {!done && <p className="pad t3">{t('Loading')}</p>}
      {done && !count && <p className="pad t3">{t('The region holds no pixel.')}</p>}
      {samples.length > 1 && count > 0 && <Chart samples={samples} now={snap.shown} />}
      {count > 0 && (
        <div className="kv flush">
          {now && <><span>{t('Here, {at}', { at: atWords(now) })}</span><b data-testid="curve-here">{significant(now.value, 6)} {unit}</b></>}
          <span>{t('Highest, {at}', { at: atWords(top) })}</span><b data-testid="curve-top">{significant(top.value, 6)} {unit}</b>
        </div>
      )}
      <button className="btn plain" onClick={() => changeEnds(model, set.seriesInstanceUid, 'circle', undefined)} data-testid="curve-remove">{t('Remove the region')}</button>
    </div>
  );
}

function timeOf({ dataset, frame }: ImageRef): number | undefined {
  return startOf(dataset, frame) ?? secondsOf(dataset, frame);
}

function Chart({ samples, now }: { samples: readonly Sample[]; now: number }): ReactElement {
  const values = samples.map((s) => s.value);
  const [low, high] = [Math.min(0, ...values), Math.max(...values, 1e-9)];
  const [from, till] = [samples[0]?.at ?? 0, samples.at(-1)?.at ?? 1];
  const x = (at: number) => 34 + ((WIDTH - 40) * (at - from)) / (till - from || 1);
  const y = (value: number) => HEIGHT - 18 - ((HEIGHT - 26) * (value - low)) / (high - low || 1);
  const here = samples.find(({ index }) => index === now);
  return (
    <svg className="curvechart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('Mean of the region in {count} images', { count: samples.length })} data-values={samples.map((s) => Number(s.value.toPrecision(7))).join(' ')} data-times={samples.map((s) => s.at).join(' ')} data-testid="curve-chart">
      <line className="axis" x1={34} x2={WIDTH - 6} y1={y(low)} y2={y(low)} />
      <text x={30} y={y(high) + 4} textAnchor="end">{significant(high, 3)}</text>
      <text x={30} y={y(low) + 4} textAnchor="end">{significant(low, 3)}</text>
      <text x={34} y={HEIGHT - 4}>{figure(from, 1)}</text>
      <text x={WIDTH - 6} y={HEIGHT - 4} textAnchor="end">{figure(till, 1)}</text>
      <polyline points={samples.map((s) => `${x(s.at).toFixed(1)},${y(s.value).toFixed(1)}`).join(' ')} />
      {here && <circle cx={x(here.at)} cy={y(here.value)} r={3.5} />}
    </svg>
  );
}
