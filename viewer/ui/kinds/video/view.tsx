/** Video (by its transfer syntax) in its viewport: what the server made of it, played frame by frame. */
import './style.css';
import type { ReactElement } from 'react';
import { text } from '../../../core/dicom-json';
import { number, t } from '../../../core/language';
import { saveFile } from '../../parts/browser';
import { Unreadable } from '../document/unreadable';
import type { KindProps } from '../kind-view';
import { Player } from './player';
import { instancePath, useRendition } from './rendition';

export default function VideoView(props: KindProps): ReactElement {
  const { object } = props;
  const { address, error, made, again } = useRendition(object);
  const save = () => saveFile(`${instancePath(object)}?accept=application/dicom`, `${text(object, '00080018')}.dcm`);
  if (error) {
    return (
      <Unreadable title={t('This video cannot be played.')} detail={error} onSave={save}>
        <button className="btn" onClick={again} data-testid="try-again">{t('Try again')}</button>
      </Unreadable>
    );
  }
  if (!address) return <Converting made={made} />;
  return <Player key={address} {...props} address={address} onSave={save} />;
}

function Converting({ made }: { made: { frames: number; of: number } | undefined }): ReactElement {
  return (
    <div className="say" role="status" data-testid="video-converting">
      <b>{t('The server makes this video ready for the browser.')}</b>
      <span>{made ? t('{made} of {count} frames', { made: made.frames, count: made.of }) : t('It is done once and kept.')}</span>
      {made && made.of > 0 && <span className="bar wide"><i style={{ width: `${Math.min((100 * made.frames) / made.of, 100)}%` }} /></span>}
      <span className="unseen">{made ? number(made.frames) : ''}</span>
    </div>
  );
}
