import { describe, expect, it } from 'vitest';
import { clock, frameAt, timeOf, timingOf } from '../../core/video-time';

describe('frames of a video', () => {
  it('believes a Frame Time that fits the length', () => {
    // ../shared/data/made/video: 40 frames at 25 and 30 a second; the last may be cut by the container
    expect(timingOf(1.6, 40, 40)).toEqual({ frames: 40, step: 0.04 });
    expect(timingOf(1.36, 40, 33.333).frames).toBe(40);
    expect(timingOf(1.36, 40, 33.333).step).toBeCloseTo(1 / 30, 5);
  });

  it('shares the length where Frame Time is wrong, and counts where the number of frames is', () => {
    expect(timingOf(2, 50, 100)).toEqual({ frames: 50, step: 0.04 });
    expect(timingOf(2, 1, 40)).toEqual({ frames: 50, step: 0.04 });
    expect(timingOf(2, undefined, undefined)).toEqual({ frames: 50, step: 0.04 });
    expect(timingOf(2, 2_147_483_647, 40).frames).toBe(50);
    expect(timingOf(NaN, 0, NaN).frames).toBe(1);
    expect(timingOf(0, 40, -1).frames).toBe(1);
  });

  it('goes to the middle of a frame and finds it again from where it begins', () => {
    const timing = timingOf(40 / 30, 40, 1000 / 30);
    for (let frame = 1; frame <= 40; frame++) {
      expect(frameAt((frame - 1) * timing.step, timing)).toBe(frame);
      expect(Math.floor(timeOf(frame, timing) / timing.step) + 1).toBe(frame);
    }
    expect(frameAt(99, timing)).toBe(40);
    expect(timeOf(-5, timing)).toBeCloseTo(timing.step / 2);
  });

  it('tells times', () => {
    expect(clock(7.525)).toBe('0:07.52');
    expect(clock(3671.5)).toBe('1:01:11.50');
  });
});
