/** Segmentations of the image, in the panel. */
import { useEffect, useSyncExternalStore, type ReactElement } from 'react';
import { text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import type { Companion } from '../../companions';
import { Switch } from '../../parts/fields';
import { Told } from '../../parts/told';
import type { Snapshot } from '../../stage/view';
import type { ViewerModel } from '../../viewer-model';
import { segmentBook } from './book';
import { SegmentList } from './list';
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
  const book = segmentBook(model);
  const { measured, words } = book.measures.of(shown, snap);
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
        <input type="range" min={0} max={100} step={1} value={Math.round(shown.look.opacity * 100)} onChange={(e) => book.change(shown, { opacity: Number(e.target.value) / 100 }, 'opacity')} data-testid="segments-opacity" />
      </label>
      <div className="li plain"><Switch on={shown.look.outline} onChange={(outline) => book.change(shown, { outline })} testid="segments-outline"><span className="clip">{t('Outlines only')}</span></Switch></div>
      <SegmentList shown={shown} model={model} measured={measured} />
      <div className="pad row faces">
        <button className="btn" onClick={() => void book.measures.measure(shown, snap)} data-testid="segments-measure">{t('Values of the image')}</button>
        {words && <span className="t2 sm" role="status" data-testid="segments-measured">{words}</span>}
      </div>
    </>
  );
}
