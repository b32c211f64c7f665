/** A volume of which all slices are wanted: they are fetched like any other frames, what is on screen goes before them. */
import type { Volume } from '../../core/volume';
import type { DisplaySet } from '../../domain/display-sets';
import type { VolumePlan } from '../../domain/volume-stack';
import { failureOf, onChange, painted } from './frames';
import { VolumeLoad } from './volume-load';

export interface Whole {
  volume: Volume;
  /** The volume is needed no more: its memory counts no longer. */
  release: () => void;
}

/** Calls back with how many of all slices have come or failed. Rejects with an AbortError. Slices that fail stay without a value. */
export async function wholeVolume(set: DisplaySet, plan: VolumePlan, progress: (done: number, all: number) => void, signal: AbortSignal): Promise<Whole> {
  const complete = Promise.withResolvers<undefined>();
  const load: VolumeLoad = new VolumeLoad(set.studyInstanceUid, set.seriesInstanceUid, plan, () => queueMicrotask(() => told()));
  const told = () => {
    const done = load.loaded + load.failed.length;
    progress(done, load.total);
    if (done >= load.total) complete.resolve(undefined);
  };
  signal.addEventListener('abort', () => complete.reject(signal.reason));
  for (const id of load.wanted) void fetched(id, signal);
  try {
    await complete.promise;
  } catch (error) {
    load.stop();
    throw error;
  }
  return { volume: load.volume, release: () => load.stop() };
}

const PATIENCE_MS = 30;

/** A plan that forgets the frame is asked again: another viewport may have moved on. */
async function fetched(id: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !failureOf(id)) {
    try {
      const found = await painted(id);
      if (found.whole) return;
      await changed(id);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    }
  }
}

function changed(id: string): Promise<void> {
  return new Promise((resolve) => {
    const forget = onChange((which) => {
      if (which !== id) return;
      forget();
      resolve();
    });
  });
}
