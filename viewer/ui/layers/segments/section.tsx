/** Segmentations of the image, in the panel. */
import { useEffect, useRef, useState, useSyncExternalStore, type ReactElement } from 'react';
import { text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { isSuv } from '../../../core/suv';
import { suvOfImage, SUV_NAMES } from '../../../domain/suv';
import { refusalText, volumeOf } from '../../../domain/volume-stack';
import type { Companion } from '../../companions';
import { Switch } from '../../parts/fields';
import { Told } from '../../parts/told';
import { seriesOfCell } from '../../stage/reformatting';
import type { Snapshot } from '../../stage/view';
import { wholeVolume } from '../../stage/three-volume';
import { suvKind } from '../../suv-choice';
import type { ViewerModel } from '../../viewer-model';
import { segmentBook } from './book';
import { SegmentList, type Measured } from './list';
import { statisticsUnder } from './statistics';
import type { ShownSegments } from './shown';
import { putSurfaces } from './surfaces';

export default function SegmentsSection({ snap, model }: { snap: Snapshot; model: ViewerModel }): ReactElement | null {
  const book = segmentBook(model);
  const about = snap.ref ? book.about(snap.ref) : [];
  if (!about.length) return null;
  return (
    <div className="sec" data-testid="segmentations">
      <div className="hd">{t('Segmentations')} <span className="c">{t('of this image')}</span></div>
      {about.map((companion) => <One key={text(companion.dataset, '00080018')} companion={companion} snap={snap} model={model} />)}
    </div>
  );
}

function One({ companion, snap, model }: { companion: Companion; snap: Snapshot; model: ViewerModel }): ReactElement {
  const book = segmentBook(model);
  const { dataset, state } = companion;
  const shown = book.get(text(dataset, '00080018'));
  const name = [state.series.series_number, state.series.series_description || text(dataset, '00700080') || text(dataset, '0008103E')].filter(Boolean).join('  ');
  return (
    <div data-testid="segmentation" data-object={text(dataset, '00080018')}>
      <div className="li plain"><Switch on={shown !== undefined} onChange={() => book.toggle(companion)} testid="segmentation-shown"><span className="clip">{name}</span></Switch></div>
      {shown && <Shown shown={shown} snap={snap} model={model} />}
    </div>
  );
}

function Shown({ shown, snap, model }: { shown: ShownSegments; snap: Snapshot; model: ViewerModel }): ReactElement {
  const version = useSyncExternalStore(shown.subscribe, shown.snapshot);
  const { measured, words, measure } = useMeasured(shown, snap, model);
  useEffect(() => {
    if (snap.three) void putSurfaces(model.meshes, shown);
  }, [snap.three, model, shown, version]);
  if (shown.failure) return <div className="pad t2 sm" role="alert" data-testid="segmentation-failed"><Told words={shown.failure} /></div>;
  if (!shown.whole) return <div className="pad t2 sm" role="status">{t('{done} of {all} frames are here.', { done: shown.done, all: shown.all })}</div>;
  return (
    <>
      {shown.notices.map((words) => <div className="pad t2 sm" key={words} data-testid="segmentation-notice">{words}</div>)}
      <label className="pad row cut">
        <span className="t2 sm name">{t('Opacity')}</span>
        <input type="range" min={0} max={100} step={1} value={Math.round(shown.look.opacity * 100)} onChange={(e) => shown.setLook({ opacity: Number(e.target.value) / 100 })} data-testid="segments-opacity" />
      </label>
      <div className="li plain"><Switch on={shown.look.outline} onChange={(outline) => shown.setLook({ outline })} testid="segments-outline"><span className="clip">{t('Outlines only')}</span></Switch></div>
      <SegmentList shown={shown} model={model} measured={measured} />
      <div className="pad row faces">
        <button className="btn" onClick={measure} data-testid="segments-measure">{t('Values of the image')}</button>
        {words && <span className="t2 sm" role="status" data-testid="segments-measured">{words}</span>}
      </div>
    </>
  );
}

/** Values of the series that is looked at, under all segments. */
function useMeasured(shown: ShownSegments, snap: Snapshot, model: ViewerModel): { measured: Measured | undefined; words: string; measure: () => void } {
  const uid = seriesOfCell(snap.displaySet?.seriesInstanceUid ?? '');
  const [made, setMade] = useState<{ uid: string; measured: Measured }>();
  const [words, setWords] = useState('');
  const aborter = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => aborter.current?.abort(), []);
  const set = model.series.get(uid)?.set;
  const measure = () => {
    const sample = set?.images[snap.displaySet === set ? snap.index : 0];
    const plan = set && volumeOf(set, snap.displaySet === set ? snap.index : 0);
    if (!set || !plan || !sample || typeof plan === 'string') return setWords(typeof plan === 'string' ? refusalText(plan) : t('No images hang here.'));
    aborter.current?.abort();
    const asked = new AbortController();
    aborter.current = asked;
    void (async () => {
      const { volume, release } = await wholeVolume(set, plan, (done, all) => setWords(t('{done} of {all} slices are here.', { done, all })), asked.signal);
      const suv = suvOfImage(sample, suvKind());
      const found = isSuv(suv) ? { ...volume, slope: volume.slope * suv.factor, intercept: volume.intercept * suv.factor } : volume;
      const bySegment = await statisticsUnder(shown, found, asked.signal);
      release();
      setMade({ uid, measured: { unit: isSuv(suv) ? (SUV_NAMES[suv.kind].split(' ')[0] ?? '') : volume.unit, bySegment } });
      setWords(t('{count} {count|segment|segments} measured: open one to read it.', { count: bySegment.size }));
    })().catch((error: unknown) => !asked.signal.aborted && setWords(error instanceof Error ? error.message : String(error)));
  };
  return { measured: made?.uid === uid ? made.measured : undefined, words: made && made.uid !== uid ? '' : words, measure };
}
