/** Tracts and scans of surfaces, hung by themselves. */
import type { ReactElement } from 'react';
import { t } from '../../../core/language';
import { SurfacesView } from '../../layers/surfaces/view';
import type { KindProps } from '../kind-view';

export default function View({ model, cell, set, object }: KindProps): ReactElement {
  const state = model.series.get(set.seriesInstanceUid);
  return state ? <SurfacesView model={model} cell={cell} companion={{ dataset: object, state }} /> : <p className="pad t3">{t('Loading')}</p>;
}
