/** A document of key images whose images are not here: what it says. With images it hangs as a stack (ui/key-images). */
import { useSyncExternalStore, type ReactElement } from 'react';
import { isoDate } from '../../../core/dates';
import { text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { seriesOfRun } from '../../../domain/runs';
import type { KindProps } from '../kind-view';

export default function KeyObjectsView({ model, set, object }: KindProps): ReactElement {
  useSyncExternalStore(model.subscribe, model.snapshot);
  const found = model.keys.documentsOf(seriesOfRun(set.seriesInstanceUid)).find((d) => d.uid === text(object, '00080018'));
  const count = found?.references.length ?? 0;
  const isWaiting = found?.series.some((uid) => model.series.has(uid) && !model.series.get(uid)?.set);
  return (
    <div className="say pass" data-testid="key-objects">
      <b>{found?.title || t('Key images')}</b>
      {found?.description && <span>{found.description}</span>}
      <span className="t3">{[found?.author.replace(/\^+/g, ' ').trim(), found && isoDate(found.date)].filter(Boolean).join(', ')}</span>
      <span>{count === 0 ? t('It names no image.') : isWaiting ? t('Loading') : t('It names {count} {count|object|objects}, none of which is an image that is here.', { count })}</span>
    </div>
  );
}
