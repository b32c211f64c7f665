/** Regions of an ultrasound image: what each measures, outlined on the image when it is asked for. */
import type { ReactElement } from 'react';
import { t } from '../../../core/language';
import type { ImageRef } from '../../../domain/display-sets';
import { regionsOf } from '../../../domain/ultrasound-regions';
import { showsRegions, toggleRegions } from '../../layers/ultrasound-regions';
import { Switch } from '../../parts/fields';
import type { ViewerModel } from '../../viewer-model';

export function UltrasoundSection({ image, model }: { image: ImageRef; model: ViewerModel }): ReactElement | null {
  const regions = regionsOf(image.dataset, image.pixel.columns, image.pixel.rows);
  if (!regions.length) return null;
  return (
    <div className="sec" data-testid="regions">
      <div className="hd">{t('Regions')} <span className="c">{t('{count} in the object', { count: regions.length })}</span></div>
      <div className="li plain">
        <Switch on={showsRegions(model.layers)} onChange={() => { toggleRegions(model.layers); model.update(); }} testid="regions-shown">{t('Outline them')}</Switch>
      </div>
      {regions.map(({ name, scales, box }, i) => (
        <div className="pad sm" key={i} data-testid="region">
          <b>{name}</b> <span className="t2 num">{scales}</span>{!box && <span className="t3"> {t('It lies outside the image.')}</span>}
        </div>
      ))}
    </div>
  );
}
