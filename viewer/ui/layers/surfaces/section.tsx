/** Surfaces, tracts and fiducials of the frame of reference of the image, in the panel. */
import type { ReactElement } from 'react';
import { text, type DataSet } from '../../../core/dicom-json';
import { isHeightMap } from '../../../core/height-map';
import { t } from '../../../core/language';
import { referencesOf } from '../../../domain/references';
import type { ImageRef } from '../../../domain/display-sets';
import { companionsRead, type Companion } from '../../companions';
import { Switch } from '../../parts/fields';
import { Told } from '../../parts/told';
import type { ViewerModel } from '../../viewer-model';
import { framesOf, hasMarks, markBook, MARKING_KINDS } from '../marks/book';
import { intoFrames } from '../registered';

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
  const into = intoFrames(model);
  const isAbout = (ds: DataSet) => framesOf(ds).some((frame) => into(image, frame) !== undefined) || ((isHeightMap(ds) || '0070031C' in ds) && referencesOf(ds).has(image.sopInstanceUid));
  return MARKING_KINDS.flatMap((kind) => companionsRead(model, kind)).filter(({ dataset }) => hasMarks(dataset) && isAbout(dataset));
}

function One({ companion, model }: { companion: Companion; model: ViewerModel }): ReactElement {
  const { dataset, state } = companion;
  const [book, uid] = [markBook(model), text(dataset, '00080018')];
  const words = book.words(uid);
  const name = [state.series.series_number, state.series.series_description || text(dataset, '00700080')].filter(Boolean).join('  ');
  return (
    <>
      <div className="li plain"><Switch on={book.isOn(uid)} onChange={(on) => book.set(companion, on)} testid="surfaces-shown"><span className="clip">{name}</span></Switch></div>
      {words && <div className="pad t2 sm" role="status" data-testid="surfaces-said"><Told words={words} /></div>}
    </>
  );
}
