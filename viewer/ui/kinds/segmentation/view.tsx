/** A segmentation that is hung by itself: what it holds, and the way to the images it is about. */
import { useSyncExternalStore, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { isHeightMap } from '../../../core/height-map';
import { Heading } from '../../layers/heading';
import { HeightsView } from '../../layers/heights/view';
import { segmentBook } from '../../layers/segments/book';
import { SegmentList } from '../../layers/segments/list';
import { SurfacesView } from '../../layers/surfaces/view';
import type { Companion } from '../../companions';
import { Told } from '../../parts/told';
import type { ViewerModel } from '../../viewer-model';
import type { KindProps } from '../kind-view';

export default function SegmentationView({ model, cell, set, object }: KindProps): ReactElement {
  const state = model.series.get(set.seriesInstanceUid);
  if (!state) return <p className="pad t3">{t('Loading')}</p>;
  if ('00660002' in object) return <SurfacesView model={model} cell={cell} companion={{ dataset: object, state }} />;
  if (isHeightMap(object)) return <HeightsView model={model} cell={cell} companion={{ dataset: object, state }} />;
  return <Voxels model={model} cell={cell} companion={{ dataset: object, state }} />;
}

function Voxels({ model, cell, companion }: { model: ViewerModel; cell: number; companion: Companion }): ReactElement {
  const book = segmentBook(model);
  const shown = book.open(companion);
  useSyncExternalStore(shown.subscribe, shown.snapshot);
  return (
    <>
      <Heading model={model} cell={cell} companion={companion} onShow={() => book.laid(shown).on || book.toggle(companion)} />
      <div className="segments" tabIndex={0}>
        {shown.failure && <p className="pad" role="alert" data-testid="segmentation-failed"><Told words={shown.failure} /> {t('The tags can be read.')}</p>}
        {!shown.failure && !shown.whole && <p className="pad t3" role="status">{t('{done} of {all} frames are here.', { done: shown.done, all: shown.all })}</p>}
        {shown.notices.map((words) => <p className="pad t2 sm" key={words} data-testid="segmentation-notice">{words}</p>)}
        {!shown.failure && <SegmentList shown={shown} model={model} measured={undefined} />}
      </div>
    </>
  );
}
