/** A stored print as the films it is for, as far as the object says where its images lie. */
import './style.css';
import { useEffect, useState, type ReactElement } from 'react';
import { text } from '../../../core/dicom-json';
import { filmsOf, greyOf, type Film, type ImageBox } from '../../../core/films';
import { t } from '../../../core/language';
import { seriesPath } from '../../server/http-server';
import type { ViewerModel } from '../../viewer-model';
import type { KindProps } from '../kind-view';
import { jumpTo } from '../report/jump';

export default function FilmsView({ model, cell, object }: KindProps): ReactElement {
  const films = filmsOf(object);
  const count = films.reduce((sum, film) => sum + film.boxes.length, 0);
  return (
    <div className="scrolls films" tabIndex={0} data-testid="films">
      <p className="t2">{[text(object, '0008103E'), t('{count} {count|film|films}', { count: films.length }), t('{count} {count|image|images}', { count })].filter(Boolean).join(' · ')}</p>
      {!count && <p role="alert" data-testid="films-none">{t('It names no image.')} {t('The tags can be read.')}</p>}
      {films.map((film, i) => <FilmSheet key={i} film={film} number={i + 1} model={model} cell={cell} />)}
    </div>
  );
}

function FilmSheet({ film, number, model, cell }: { film: Film; number: number; model: ViewerModel; cell: number }): ReactElement {
  const grey = (density: string) => `rgb(${Array<number>(3).fill(greyOf(density, 0)).join(' ')})`;
  const beside = film.boxes.filter((box) => !film.cells[box.position - 1]);
  return (
    <figure data-testid="film" data-format={film.format}>
      <figcaption className="t3">{[t('Film {number}', { number }), film.size, film.format.replace('\\', ' ')].filter(Boolean).join(' · ')}</figcaption>
      <div className="film" style={{ aspectRatio: `${film.width} / ${film.height}`, background: grey(film.border) }}>
        {film.cells.map((place, i) => {
          const box = film.boxes.find((one) => one.position === i + 1);
          const style = { left: `${100 * place.x}%`, top: `${100 * place.y}%`, width: `${100 * place.width}%`, height: `${100 * place.height}%` };
          const part = box?.width ? Math.min(box.width / (film.width * place.width), 1) : 1;
          return (
            <div key={i} className="filmcell" style={{ ...style, background: box ? undefined : grey(film.empty) }} data-testid="film-cell" data-position={i + 1}>
              {box && <BoxPicture box={box} part={part} model={model} cell={cell} />}
            </div>
          );
        })}
      </div>
      {film.annotations.map((words, i) => <p key={i} className="t2" data-testid="film-words">{words}</p>)}
      {beside.length > 0 && <p className="c-failed" role="status">{t('{count} {count|image has|images have} no place on the film.', { count: beside.length })}</p>}
    </figure>
  );
}

function BoxPicture({ box, part, model, cell }: { box: ImageBox; part: number; model: ViewerModel; cell: number }): ReactElement {
  const { uid, frame } = box;
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    let gone = false;
    void addressOf(model, box).then((found) => !gone && setAddress(found));
    return () => {
      gone = true;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- boxes are read anew at each drawing
  }, [model, uid, frame]);
  if (address === '') return <span className="t3" data-testid="film-absent">{t('This image is not here.')}</span>;
  return (
    <button aria-label={t('Image {number}', { number: box.position })} onClick={() => void jumpTo(model, cell, { uid, frames: frame > 1 ? [frame] : [] })} data-testid="film-image">
      {address && <img alt="" src={address} className={box.reversed ? 'reversed' : ''} style={{ width: `${100 * part}%` }} onError={() => setAddress('')} />}
    </button>
  );
}

/** '' where it is in none of the open studies and the print does not say in which. */
async function addressOf(model: ViewerModel, { uid, study, series, frame }: ImageBox): Promise<string> {
  const at = (s: string, e: string) => `${seriesPath(s, e)}/instances/${encodeURIComponent(uid)}/frames/${frame}/rendered?accept=image/png`;
  if (!uid) return '';
  if (study && series) return at(study, series);
  for (const one of model.order()) {
    const set = await model.fetchSet(one);
    if (set?.images.some((image) => image.sopInstanceUid === uid)) return at(set.studyInstanceUid, set.seriesInstanceUid);
  }
  return '';
}
