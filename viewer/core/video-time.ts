/** Which frame of a video is shown when. Pure arithmetic; frames count from 1. */

export interface Timing {
  frames: number;
  /** Seconds that a frame stays. */
  step: number;
}

/** Times as fast as it was taken. */
export const SPEEDS = [0.1, 0.25, 0.5, 1, 1.5, 2, 4] as const;

const USUAL_RATE = 25;

/**
 * What the file says (its length) and what the object says (Number of Frames, Frame Time in ms; PS3.3 C.7.6.5, C.7.6.6) need not agree: a Frame Time
 * that fits the length is believed, else the frames share the length, else a usual rate.
 * duration: seconds. Nothing usable gives one frame.
 */
export function timingOf(duration: number, claimedFrames: number | undefined, frameTime: number | undefined): Timing {
  const length = Number.isFinite(duration) && duration > 0 ? duration : 0;
  const count = claimedFrames !== undefined && Number.isInteger(claimedFrames) && claimedFrames > 1 ? claimedFrames : 0;
  const told = frameTime !== undefined && Number.isFinite(frameTime) && frameTime > 0.1 ? frameTime / 1000 : 0;
  if (!length) return { frames: 1, step: told || 1 / USUAL_RATE };
  if (count && told && Math.abs(count * told - length) <= 1.5 * told) return { frames: count, step: told };
  if (count && count / length < 1000) return { frames: count, step: length / count };
  const step = told && told <= length ? told : 1 / USUAL_RATE;
  return { frames: Math.max(Math.round(length / step), 1), step };
}

/** By the time at which a frame begins, as browsers tell it of the one they show. */
export function frameAt(seconds: number, { frames, step }: Timing): number {
  return Math.min(Math.max(Math.round(seconds / step) + 1, 1), frames);
}

/** The middle of a frame: no rounding of a player puts that into its neighbour. */
export function timeOf(frame: number, { frames, step }: Timing): number {
  return (Math.min(Math.max(Math.round(frame), 1), frames) - 0.5) * step;
}

/** '0:07.52', with hours where there are any. */
export function clock(seconds: number): string {
  const s = Math.max(seconds, 0);
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  const rest = (Math.floor((s % 60) * 100) / 100).toFixed(2).padStart(5, '0');
  return h ? `${h}:${String(m).padStart(2, '0')}:${rest}` : `${m}:${rest}`;
}
