/** Which SUV is told of a PET, what it was reckoned from, or why there is none. */
import type { ReactElement } from 'react';
import { isSuv, SUV_KINDS } from '../../../core/suv';
import type { ImageRef } from '../../../domain/display-sets';
import { t } from '../../../domain/language';
import { lackText, suvBasis, suvOfImage, SUV_NAMES } from '../../../domain/suv';
import { usePreferences } from '../../preferences';
import { chooseSuvKind, suvKind } from '../../suv-choice';
import { Row } from './window-section';

export function SuvSection({ image }: { image: ImageRef }): ReactElement | null {
  usePreferences();
  const kind = suvKind();
  const suv = suvOfImage(image, kind);
  if (!suv) return null;
  return (
    <div className="sec" role="radiogroup" aria-label="SUV" data-testid="suv">
      <div className="hd">SUV <span className="c">{t('uptake by the size of the body')}</span></div>
      {SUV_KINDS.map((k) => <Row key={k} name={SUV_NAMES[k]} on={k === kind} onClick={() => chooseSuvKind(k)} testid={`suv-${k}`} />)}
      <div className="pad t2 sm" data-testid="suv-basis">{isSuv(suv) ? suvBasis(image, suv) || t('As the object has it.') : lackText(suv.lacks)}</div>
    </div>
  );
}
