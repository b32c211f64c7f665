/** A presentation state hung by itself: what it is, and the images it is about, which it opens. */
import { useEffect, useSyncExternalStore, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { text } from '../../../core/dicom-json';
import { NEWEST } from '../../../domain/state-choice';
import { frameThumbnail } from '../../server/http-server';
import type { ImageReference } from '../../../core/states/strict';
import { factsOf } from '../../pages/viewer/state-section';
import type { ViewerModel } from '../../viewer-model';
import type { KindProps } from '../kind-view';
import { volumetricKind } from '../../../core/states/volumetric';
import { isStructuredDisplay } from '../../../core/states/structured-display';
import { BoxesOf } from './boxes';
import { VolumeOf } from './volume';
import './style.css';

const MOST = 60;

export default function PresentationView({ model, cell, object }: KindProps): ReactElement {
  useSyncExternalStore(model.states.subscribe, model.states.snapshot);
  useSyncExternalStore(model.subscribe, model.snapshot);
  const uid = text(object, '00080018');
  const entry = model.states.entries.find((e) => e.titles.uid === uid);
  const images = entry?.images ?? [];
  useEffect(() => {
    for (const series of new Set(entry?.images.map((i) => i.series))) void model.fetchSet(series);
  }, [entry, model]);
  const isVolume = volumetricKind(object) !== undefined;
  const isDisplay = isStructuredDisplay(object);
  if (!entry) return <p className="pad t3" role="status">{t('Loading')}</p>;
  return (
    <div className="scrolls pad presentation" tabIndex={0} data-testid="presentation">
      <div className="kv flush">{factsOf(entry).flatMap(([name, value]) => [<span key={name}>{name}</span>, <b key={`${name} value`}>{value}</b>])}</div>
      {isVolume && <VolumeOf model={model} cell={cell} object={object} label={entry.titles.label || entry.titles.description} ready={entry.isRead} />}
      {isDisplay && <BoxesOf model={model} object={object} />}
      {entry.broken && !isVolume && !isDisplay && <p role="alert" data-testid="presentation-broken"><b>{t('It cannot be applied.')}</b> {entry.broken}</p>}
      <p className="t2">{t('{count} {count|image|images} it is about', { count: images.length })}</p>
      {!images.length && <p data-testid="presentation-none">{t('It names no image.')}</p>}
      <div className="abouts">
        {images.slice(0, MOST).map((image, i) => <About key={`${image.uid} ${i}`} model={model} cell={cell} image={image} state={entry.broken ? '' : uid} />)}
      </div>
      {images.length > MOST && <p className="t3">{t('and {count} more', { count: images.length - MOST })}</p>}
    </div>
  );
}

/** One image; where it is here, a press opens it as the state shows it. */
function About({ model, cell, image, state }: { model: ViewerModel; cell: number; image: ImageReference; state: string }): ReactElement {
  const found = model.series.get(image.series);
  const frame = image.frames[0];
  const index = found?.set?.images.findIndex((i) => (!image.uid || i.sopInstanceUid === image.uid) && (frame === undefined || i.frame === frame)) ?? -1;
  const series = found && [found.series.series_number, found.series.series_description || found.series.modality].filter(Boolean).join('  ');
  if (!found || (found.set && index < 0)) return <div className="about t3" data-testid="about-absent"><span>{t('This image is not here.')}</span><span className="mono xs">{image.uid}</span></div>;
  const thumbnail = image.uid || found.set?.images[0]?.sopInstanceUid;
  const open = () => {
    model.showSeries(image.series, cell);
    const stage = model.stages.get(cell);
    if (state) stage?.setState({ ...NEWEST, uid: state });
    void stage?.goTo(Math.max(index, 0));
  };
  return (
    <button className="about" onClick={open} data-testid="about">
      {thumbnail && <img alt="" src={frameThumbnail(found.study.study_instance_uid, image.series, thumbnail, frame ?? 1)} loading="lazy" />}
      <span className="clip">{series}</span>
      <span className="t3 xs">{image.frames.length ? t('frames {frames}', { frames: image.frames.slice(0, 12).join(', ') }) : index >= 0 ? t('image {number}', { number: index + 1 }) : ''}</span>
    </button>
  );
}
