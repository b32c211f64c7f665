/** Real World Value Mappings of the image, to choose from. */
import type { ReactElement } from 'react';
import { text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import type { ImageRef } from '../../../domain/display-sets';
import { brokenRealWorldOf, realWorldOf, type RealWorld } from '../../../domain/real-world';
import { chooseRealWorld, realWorldChoice } from '../../real-world-choice';
import type { ViewerModel } from '../../viewer-model';
import { Row } from './window-section';

export function RealWorldSection({ image, model }: { image: ImageRef; model: ViewerModel }): ReactElement | null {
  const mappings = realWorldOf(image.dataset, image.frame);
  const series = text(image.dataset, '0020000E');
  const chosen = realWorldChoice(series);
  const broken = brokenRealWorldOf(image.dataset, image.frame);
  if (!mappings.length && !broken.length) return null;
  const take = (choice: number) => chooseRealWorld(model, series, choice);
  return (
    <div className="sec" role="radiogroup" aria-label={t('Real world values')} data-testid="real-world">
      <div className="hd">{t('Real world values')} <span className="c">{t('at the pointer')}</span></div>
      {mappings.map((m, i) => <Row key={i} name={nameOf(m, i)} detail={m.unit} on={i === chosen} onClick={() => take(i)} testid="real-world-mapping" />)}
      {broken.map((why) => <div className="pad t2 sm" key={why} data-testid="real-world-broken">{t('A mapping cannot be read.')} {why}</div>)}
      {mappings.length > 0 && <Row name={t('None')} on={chosen < 0} onClick={() => take(-1)} testid="real-world-none" />}
    </div>
  );
}

function nameOf({ quantity, explanation, label }: RealWorld, i: number): string {
  return [quantity || explanation || label || t('Mapping {number}', { number: i + 1 }), quantity ? explanation : ''].filter(Boolean).join(', ');
}
