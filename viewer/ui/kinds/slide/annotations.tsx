/** Annotations that hang by themselves: over the slide they are about. */
import { useEffect, useState, type ReactElement } from 'react';
import { text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import type { DisplaySet } from '../../../domain/display-sets';
import { kindOfClass } from '../../../domain/object-kinds';
import { referencesOf } from '../../../domain/references';
import type { ViewerModel } from '../../viewer-model';
import type { KindProps } from '../kind-view';
import { seriesOf } from './marks';
import { Slide } from './view';

export default function AnnotationsView({ model, cell, set, object }: KindProps): ReactElement {
  const [slide, setSlide] = useState<DisplaySet | null>();
  useEffect(() => {
    let over = false;
    void slideOf(model, object).then((found) => !over && setSlide(found ?? null));
    return () => {
      over = true;
    };
  }, [model, object]);
  if (slide === undefined) return <p className="pad t3">{t('Loading')}</p>;
  if (!slide) {
    return (
      <div className="say" role="alert" data-testid="kind-fault">
        <b>{t('The slide of these annotations is not here.')}</b>
        <span>{t('It may be in another study, or not on this server.')} {t('The tags can be read.')}</span>
      </div>
    );
  }
  return <Slide key={text(object, '00080018')} model={model} cell={cell} set={slide} own={set.seriesInstanceUid} only={object} />;
}

/** The series it names, else one that has an image it names. */
async function slideOf(model: ViewerModel, object: KindProps['object']): Promise<DisplaySet | undefined> {
  const named = await model.fetchSet(seriesOf(object));
  if (named?.kind === 'slide') return named;
  const images = referencesOf(object);
  for (const uid of model.order()) {
    if (!model.series.get(uid)?.series.sop_class_uids.some((c) => kindOfClass(c) === 'slide')) continue;
    const set = await model.fetchSet(uid);
    if (set?.objects.some((ds) => images.has(text(ds, '00080018')))) return set;
  }
  return undefined;
}
