/** Surfaces, tracts and fiducials of the frame of reference of the image, in the panel. */
import { useState, type ReactElement } from 'react';
import { text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { frameOfReference } from '../../../domain/linking';
import type { ImageRef } from '../../../domain/display-sets';
import { companionsRead, type Companion } from '../../companions';
import { Switch } from '../../parts/fields';
import { Told } from '../../parts/told';
import type { ViewerModel } from '../../viewer-model';
import { framesOf, hasMarks, putMarks } from '../marks/put';
import { isLaidOver, takeOff } from './lay-over';

export default function SurfacesSection({ image, model }: { image: ImageRef; model: ViewerModel }): ReactElement | null {
  const about = surfacesAbout(image, model);
  if (!about.length) return null;
  return (
    <div className="sec" data-testid="surfaces-section">
      <div className="hd">{t('Surfaces and marks')} <span className="c">{t('of other objects')}</span></div>
      {about.map((companion) => <One key={text(companion.dataset, '00080018')} companion={companion} model={model} />)}
    </div>
  );
}

export function surfacesAbout(image: ImageRef, model: ViewerModel): Companion[] {
  const frame = frameOfReference(image);
  const all = (['segmentation', 'tracts', 'scan', 'fiducials', 'registration'] as const).flatMap((kind) => companionsRead(model, kind));
  return all.filter(({ dataset }) => frame !== '' && hasMarks(dataset) && framesOf(dataset).includes(frame));
}

function One({ companion: { dataset, state }, model }: { companion: Companion; model: ViewerModel }): ReactElement {
  const [words, setWords] = useState('');
  const toggle = (on: boolean) => {
    if (!on) return takeOff(model, dataset);
    setWords(t('Loading'));
    putMarks(model, dataset).then(
      (notices) => setWords(notices.join(' ')),
      (error: unknown) => setWords(error instanceof Error ? error.message : String(error)),
    );
  };
  const name = [state.series.series_number, state.series.series_description || text(dataset, '00700080')].filter(Boolean).join('  ');
  return (
    <>
      <div className="li plain"><Switch on={isLaidOver(model, dataset)} onChange={toggle} testid="surfaces-shown"><span className="clip">{name}</span></Switch></div>
      {words && <div className="pad t2 sm" role="status"><Told words={words} /></div>}
    </>
  );
}
