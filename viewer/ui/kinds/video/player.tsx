/** The player: exact frames, speed, loop, stills. */
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { number as valueOf, text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { frameAt, SPEEDS, timeOf, timingOf, type Timing } from '../../../core/video-time';
import { useOwnState } from '../../own-states';
import { copyStill, pictureOf, saveStill } from '../../parts/still';
import { useAnswers } from '../answers';
import { Unreadable } from '../document/unreadable';
import type { KindProps } from '../kind-view';
import { Controls } from './controls';

const TEN = 10;

export function Player({ model, cell, set, object, address, onSave }: KindProps & { address: string; onSave: () => void }): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const own = useOwnState(model.own, set.seriesInstanceUid);
  const [timing, setTiming] = useState<Timing>({ frames: 1, step: 0.04 });
  const [frame, setFrame] = useState(1);
  const [playing, setPlaying] = useState(false);
  const [muted, setMuted] = useState(true);
  const [failed, setFailed] = useState('');
  const speed = SPEEDS.find((s) => s === own.speed) ?? 1;
  const loop = own.loop === true;
  const keep = (change: Record<string, unknown>) => model.own.change(set.seriesInstanceUid, change);
  const kept = useRef(Number(own.frame) || 1);
  // Keys come faster than frames: a step goes on from where the last one leads.
  const aim = useRef<number>(undefined);
  const { seek, onSeeked } = useSeek(video, timing);
  useShownFrame(video, timing, (shown) => {
    setFrame(shown);
    kept.current = shown;
    if (shown === aim.current) aim.current = undefined;
  });
  // Told when the view goes, not with each frame.
  useEffect(() => () => model.own.change(set.seriesInstanceUid, { frame: kept.current }), [model, set.seriesInstanceUid]);
  useEffect(() => {
    if (video.current) video.current.playbackRate = speed;
  }, [speed, timing]);
  const goTo = (to: number) => {
    aim.current = Math.min(Math.max(to, 1), timing.frames);
    video.current?.pause();
    seek(aim.current);
  };
  const step = (by: number) => goTo((aim.current ?? kept.current) + by);
  const toggle = () => {
    const element = video.current;
    if (!element) return;
    if (!element.paused) return element.pause();
    aim.current = undefined;
    if (frame >= timing.frames && !loop) element.currentTime = 0;
    void element.play().catch(() => setPlaying(false));
  };
  const faster = (by: number) => keep({ speed: SPEEDS[Math.min(Math.max(SPEEDS.indexOf(speed) + by, 0), SPEEDS.length - 1)] });
  const still = () => (video.current ? pictureOf(video.current) : undefined);
  const copy = () => {
    const picture = still();
    if (picture) void copyStill(picture).then((words) => model.tell(words));
  };
  const savePicture = () => {
    const picture = still();
    if (picture) void saveStill(picture, `${text(object, '00080018')}-${frame}`);
  };
  const full = () => void (document.fullscreenElement ? document.exitFullscreen() : host.current?.requestFullscreen())?.catch(() => undefined);
  useAnswers(model, cell, {
    'cine.toggle': toggle,
    'cine.slower': () => faster(-1),
    'cine.faster': () => faster(1),
    'move.previous': () => step(-1),
    'move.next': () => step(1),
    'move.back-ten': () => step(-TEN),
    'move.on-ten': () => step(TEN),
    'move.first': () => goTo(1),
    'move.last': () => goTo(timing.frames),
    'image.copy': copy,
    'image.save': savePicture,
    'screen.full': full,
  });
  if (failed) return <Unreadable title={t('This video cannot be played.')} detail={failed} onSave={onSave} />;
  return (
    <div ref={host} className="player" data-testid="player" data-state={playing ? 'playing' : 'paused'} data-frame={frame} data-frames={timing.frames}>
      <video
        ref={video}
        src={address}
        muted={muted}
        loop={loop}
        playsInline
        preload="auto"
        disablePictureInPicture
        aria-label={t('Video')}
        onLoadedMetadata={(e) => {
          const known = timingOf(e.currentTarget.duration, valueOf(object, '00280008'), valueOf(object, '00181063'));
          setTiming(known);
          if (!e.currentTarget.videoWidth) setFailed(t('It has no picture.'));
          // Its first frame, or where it was left, is drawn without being played.
          e.currentTarget.currentTime = timeOf(kept.current, known);
        }}
        onError={() => setFailed(t('The browser cannot play what the server made of it.'))}
        onSeeked={onSeeked}
        onPlay={() => setPlaying(true)}
        onPause={(e) => {
          setPlaying(false);
          // The browser need not tell of the last frame it put up: number and picture are brought together.
          if (aim.current === undefined && !e.currentTarget.ended) goTo(frameAt(e.currentTarget.currentTime, timing));
        }}
        // At its end a browser need not have put up the last frame.
        onEnded={() => goTo(timing.frames)}
        onClick={toggle}
      />
      <Controls
        {...{ frame, timing, playing, speed, loop, muted }}
        onToggle={toggle}
        onFrame={goTo}
        onStep={step}
        onSpeed={(to) => keep({ speed: to })}
        onLoop={() => keep({ loop: !loop })}
        onMuted={() => setMuted(!muted)}
        onCopy={copy}
        onSavePicture={savePicture}
        onSave={onSave}
        onFull={full}
      />
    </div>
  );
}

/** Go to a frame; while one is looked for only the last wish counts. */
function useSeek(video: React.RefObject<HTMLVideoElement | null>, timing: Timing): { seek: (frame: number) => void; onSeeked: () => void } {
  const next = useRef<number>(undefined);
  const seek = (frame: number) => {
    const element = video.current;
    if (!element) return;
    // Between the end of seeking and word of it an older wish may still wait: it counts no more.
    next.current = element.seeking ? frame : undefined;
    if (!element.seeking) element.currentTime = timeOf(frame, timing);
  };
  const onSeeked = () => {
    const wanted = next.current;
    next.current = undefined;
    if (wanted !== undefined) seek(wanted);
  };
  return { seek, onSeeked };
}

/** The frame that is on the screen, told by the browser each time it puts up another one. */
function useShownFrame(video: React.RefObject<HTMLVideoElement | null>, timing: Timing, onFrame: (frame: number) => void): void {
  const latest = useRef(onFrame);
  useEffect(() => {
    latest.current = onFrame;
  });
  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    let request = 0;
    const told = (_now: number, { mediaTime }: { mediaTime: number }) => {
      latest.current(frameAt(mediaTime, timing));
      request = element.requestVideoFrameCallback(told);
    };
    request = element.requestVideoFrameCallback(told);
    return () => element.cancelVideoFrameCallback(request);
  }, [video, timing]);
}
