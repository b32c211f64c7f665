/** A Standalone Overlay (retired; PS3.3-2004 A.12): by itself, white on black, and over the images that it names. */
import { useEffect, useRef, useState, useSyncExternalStore, type ReactElement } from 'react';
import { text, type DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { overlayBits, overlaysOf, type Overlay } from '../../../core/overlays';
import { isReferenced, referencesOf } from '../../../domain/references';
import { Heading } from '../../layers/heading';
import { fetchBulk } from '../../stage/bulk-source';
import type { Layer } from '../../stage/layers';
import { paintBitmap } from '../../stage/overlay-layer';
import type { KindProps } from '../kind-view';
import './style.css';

export default function OverlayView({ model, cell, set, object }: KindProps): ReactElement {
  const state = model.series.get(set.seriesInstanceUid);
  const id = `overlay ${text(object, '00080018')}`;
  const [words, setWords] = useState(t('Loading'));
  const planes = overlaysOf(object);
  useSyncExternalStore(model.layers.subscribe, () => model.layers.get(id));
  useEffect(() => {
    let gone = false;
    const wanted = overlaysOf(object).flatMap((plane) => (plane.data?.BulkDataURI !== undefined && plane.data.InlineBinary === undefined ? [plane.data] : []));
    Promise.all(wanted.map(fetchBulk)).then(() => !gone && setWords(''), (e: unknown) => !gone && setWords(e instanceof Error ? e.message : String(e)));
    return () => {
      gone = true;
    };
  }, [object]);
  const isOver = model.layers.get(id) !== undefined;
  return (
    <>
      {state && <Heading model={model} cell={cell} companion={{ dataset: object, state }} onShow={() => model.layers.put(layerOf(id, object))} />}
      <div className="scrolls overlayview" tabIndex={0} data-testid="overlay">
        {isOver && <button className="btn" onClick={() => model.layers.remove(id)} data-testid="overlay-off">{t('Take it off the images')}</button>}
        {words && <p role="status">{words}</p>}
        {!words && !planes.length && <p role="alert" data-testid="overlay-none">{t('It holds no overlay.')} {t('The tags can be read.')}</p>}
        {!words && planes.map((plane) => <Plane key={plane.group} plane={plane} />)}
      </div>
    </>
  );
}

function Plane({ plane }: { plane: Overlay }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const bits = overlayBits(plane, 0);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || !bits) return;
    const picture = context.createImageData(plane.columns, plane.rows);
    bits.forEach((bit, i) => picture.data.set(bit ? [255, 255, 255, 255] : [0, 0, 0, 255], 4 * i));
    context.putImageData(picture, 0, 0);
  });
  return (
    <figure>
      <figcaption className="t2">{[plane.name, plane.type === 'R' ? t('region of interest') : t('graphics'), `${plane.columns} × ${plane.rows}`].join(' · ')}</figcaption>
      {bits ? <canvas ref={canvas} width={plane.columns} height={plane.rows} aria-label={plane.name} role="img" data-testid="overlay-plane" /> : <p className="c-failed" role="alert" data-testid="overlay-broken">{t('Its data end early.')}</p>}
    </figure>
  );
}

/** Over the images that the object names; where it names none, over none. */
function layerOf(id: string, object: DataSet): Layer {
  const references = referencesOf(object);
  const bitmaps = overlaysOf(object).flatMap((plane) => {
    const bitmap = paintBitmap(plane, overlayBits(plane, 0));
    return bitmap ? [{ bitmap, plane }] : [];
  });
  return {
    id,
    order: 105,
    draw(context, { image, matrix }) {
      if (!isReferenced(references, image.sopInstanceUid, image.frame)) return;
      context.setTransform(...matrix);
      context.imageSmoothingEnabled = false;
      // The bitmap has a border of one pixel; origins count from 1.
      for (const { bitmap, plane } of bitmaps) context.drawImage(bitmap, plane.origin[1] - 2, plane.origin[0] - 2);
    },
  };
}
