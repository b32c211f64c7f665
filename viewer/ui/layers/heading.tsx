/** Over what is hung by itself: its name, and the way to the images it is about. */
import { useState, type ReactElement } from 'react';
import { text } from '../../core/dicom-json';
import { t } from '../../core/language';
import type { Companion } from '../companions';
import type { ViewerModel } from '../viewer-model';
import { seriesAbout } from './about';

export function Heading({ model, cell, companion, onShow }: { model: ViewerModel; cell: number; companion: Companion; onShow: () => void }): ReactElement {
  const [words, setWords] = useState('');
  const { dataset } = companion;
  const show = async () => {
    setWords(t('The images are looked for.'));
    const uid = await seriesAbout(model, dataset);
    if (!uid) return setWords(t('The images it is about are not in the open studies.'));
    onShow();
    model.showSeries(uid, cell);
    model.update({ panel: true, tab: 'image' });
  };
  return (
    <div className="kindbar">
      <b className="clip">{text(dataset, '00700080') || text(dataset, '0008103E')}</b>
      <span className="t2 clip">{text(dataset, '00700081')}</span>
      <span className="grow" />
      {words && <span className="t2" role="status" data-testid="show-words">{words}</span>}
      <button className="btn" onClick={() => void show()} data-testid="show-on-images">{t('Show on the images')}</button>
    </div>
  );
}
