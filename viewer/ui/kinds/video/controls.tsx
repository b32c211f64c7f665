import { IconCamera, IconCopy, IconDownload, IconMaximize, IconPlayerPause, IconPlayerPlay, IconPlayerSkipForward, IconPlayerSkipBack, IconRepeat, IconVolume, IconVolumeOff } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { number, t } from '../../../core/language';
import { clock, SPEEDS, type Timing } from '../../../core/video-time';
import { keyNow } from '../../keys';
import { IconButton } from '../../parts/icon-button';

interface Props {
  frame: number;
  timing: Timing;
  playing: boolean;
  speed: number;
  loop: boolean;
  muted: boolean;
  onToggle: () => void;
  onFrame: (frame: number) => void;
  onStep: (by: number) => void;
  onSpeed: (speed: number) => void;
  onLoop: () => void;
  onMuted: () => void;
  onCopy: () => void;
  onSavePicture: () => void;
  onSave: () => void;
  onFull: () => void;
}

export function Controls({ frame, timing, playing, speed, loop, muted, onToggle, onFrame, onStep, onSpeed, onLoop, onMuted, onCopy, onSavePicture, onSave, onFull }: Props): ReactElement {
  const { frames, step } = timing;
  return (
    <div className="controls" role="toolbar" aria-label={t('Video')}>
      <IconButton icon={IconPlayerSkipBack} label={t('Previous frame')} hint={keyNow('move.previous')} onClick={() => onStep(-1)} testid="frame-previous" />
      <IconButton icon={playing ? IconPlayerPause : IconPlayerPlay} label={playing ? t('Stop') : t('Play')} hint={keyNow('cine.toggle')} onClick={onToggle} testid="video-play" />
      <IconButton icon={IconPlayerSkipForward} label={t('Next frame')} hint={keyNow('move.next')} onClick={() => onStep(1)} testid="frame-next" />
      <input type="range" className="slide" min={1} max={frames} value={frame} aria-label={t('Frame')} aria-valuetext={t('{at} of {count}', { at: frame, count: frames })} onChange={(e) => onFrame(Number(e.target.value))} data-testid="video-slider" />
      <span className="num" data-testid="video-frame">{t('{at} of {count}', { at: frame, count: frames })}</span>
      <span className="num t2" data-testid="video-time">{clock((frame - 1) * step)}</span>
      <select className="field" aria-label={t('Speed')} value={speed} onChange={(e) => onSpeed(Number(e.target.value))} data-testid="video-speed">
        {SPEEDS.map((s) => <option key={s} value={s}>{`${number(s, s * 10 === Math.round(s * 10) ? (Number.isInteger(s) ? 0 : 1) : 2)} ×`}</option>)}
      </select>
      <IconButton icon={IconRepeat} label={t('Play again and again')} on={loop} onClick={onLoop} testid="video-loop" />
      <IconButton icon={muted ? IconVolumeOff : IconVolume} label={muted ? t('Sound on') : t('Sound off')} onClick={onMuted} testid="video-sound" />
      <IconButton icon={IconCopy} label={t('Copy the picture')} hint={keyNow('image.copy')} onClick={onCopy} testid="video-copy" />
      <IconButton icon={IconCamera} label={t('Save the picture as a PNG file')} onClick={onSavePicture} testid="video-still" />
      <IconButton icon={IconDownload} label={t('Save the file')} onClick={onSave} testid="document-save" />
      <IconButton icon={IconMaximize} label={t('Full screen')} onClick={onFull} testid="video-full" />
    </div>
  );
}
