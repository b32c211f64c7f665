/** How large a pixel is and who says so; the way to say it, and to take it back. */
import type { ReactElement } from 'react';
import { t } from '../../../core/language';
import type { ImageRef } from '../../../domain/display-sets';
import { sourceOf } from '../../../domain/true-size';
import { forgetSize, sizeOf, whyNoLine } from '../../image-size';
import { usePreferences } from '../../preferences';
import type { ViewerModel } from '../../viewer-model';

export function SizeFact({ image, model }: { image: ImageRef; model: ViewerModel }): ReactElement {
  usePreferences();
  const size = sizeOf(image);
  return (
    <>
      <span>{t('Pixel')}</span>
      <b>
        {size ? sourceOf(size, `${size.row.toPrecision(3)} × ${size.column.toPrecision(3)} mm`) : t('no size known')}
        {!whyNoLine(image) && <button className="link" onClick={() => model.run('tool.size')} data-testid="size-calibrate">{t('calibrate')}</button>}
        {size?.where === 'reader' && <button className="link" onClick={() => forgetSize(model, image)} data-testid="size-forget">{t('take back')}</button>}
      </b>
    </>
  );
}
