/** Threats that DICOS reports tell of the image on the screen. */
import type { ReactElement } from 'react';
import { t } from '../../../core/language';
import type { ImageRef } from '../../../domain/display-sets';
import { showsThreats, showThreats, threatsOn } from '../../layers/threats';
import { Switch } from '../../parts/fields';
import type { ViewerModel } from '../../viewer-model';

export function ThreatSection({ image, model }: { image: ImageRef; model: ViewerModel }): ReactElement | null {
  const marks = threatsOn(model, image.sopInstanceUid, image.frame);
  if (!marks.length) return null;
  const on = showsThreats(model);
  return (
    <div className="sec" data-testid="threats">
      <div className="hd">{t('Threats')} <span className="c">{t('{count} on the image', { count: marks.length })}</span></div>
      <div className="li plain">
        <Switch on={on} onChange={() => { showThreats(model, !on); model.update(); }} testid="threats-shown">{t('Outline them')}</Switch>
      </div>
      {marks.map(({ name }, i) => <div className="pad sm" key={i} data-testid="threat"><bdi>{name}</bdi></div>)}
    </div>
  );
}
