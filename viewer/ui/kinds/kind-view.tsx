/** What is not a stack of images, in its viewport: each kind has a room of its own here, fetched when it is looked at. */
import { Suspense, type ReactElement } from 'react';
import type { DataSet } from '../../core/dicom-json';
import { t } from '../../core/language';
import type { DisplaySet } from '../../domain/display-sets';
import { kindOfObject, type ObjectKind } from '../../domain/object-kinds';
import { useOwnState } from '../own-states';
import type { ViewerModel } from '../viewer-model';
import { KindBoundary, KindFault } from './kind-boundary';
import { useViewOf } from './view-loading';

export interface KindProps {
  model: ViewerModel;
  cell: number;
  set: DisplaySet;
  /** The one of its objects that is chosen. */
  object: DataSet;
}

/** Kinds whose objects are shown all at once: there is nothing to choose. */
const TOGETHER: ReadonlySet<ObjectKind> = new Set<ObjectKind>(['slide']);

export function KindView({ model, cell, set }: Omit<KindProps, 'object'>): ReactElement | null {
  const { object: chosen } = useOwnState(model.own, set.seriesInstanceUid);
  const { View, failed, again } = useViewOf(set.kind);
  const objects = set.objects.filter((ds) => kindOfObject(ds) === set.kind);
  const at = Math.max(objects.findIndex((ds) => ds['00080018']?.Value?.[0] === chosen), 0);
  const object = objects[at];
  if (set.kind === 'images' || !object) return null;
  const choose = (to: number) => model.own.change(set.seriesInstanceUid, { object: objects[to]?.['00080018']?.Value?.[0] });
  return (
    // The pointer works on what is in it, not on an image under it.
    <div className="kind" data-testid={`kind-${set.kind}`} data-object={at + 1}>
      {objects.length > 1 && !TOGETHER.has(set.kind) && (
        <div className="kindbar">
          <button className="btn" disabled={at === 0} onClick={() => choose(at - 1)} data-testid="object-previous">{t('Previous object')}</button>
          <span className="num" data-testid="object-number">{t('{number} of {count}', { number: at + 1, count: objects.length })}</span>
          <button className="btn" disabled={at === objects.length - 1} onClick={() => choose(at + 1)} data-testid="object-next">{t('Next object')}</button>
        </div>
      )}
      {View ? (
        <KindBoundary key={String(object['00080018']?.Value?.[0] ?? at)}>
          <Suspense fallback={<p className="pad t3">{t('Loading')}</p>}>
            <View model={model} cell={cell} set={set} object={object} />
          </Suspense>
        </KindBoundary>
      ) : failed ? (
        <KindFault title={t('A part of the viewer could not be fetched.')} detail={t('Nothing is lost. Is the server there?')}>
          <button className="btn" onClick={again} data-testid="kind-again">{t('Try again')}</button>
        </KindFault>
      ) : (
        <p className="pad t3" role="status">{t('Loading')}</p>
      )}
    </div>
  );
}
