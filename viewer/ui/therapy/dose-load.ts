/** A dose with its values: fetched once, when it is first shown. */
import { gridOf, readDoseFrame, type DoseGrid, type DoseLack } from '../../core/dose-grid';
import { text } from '../../core/dicom-json';
import { t } from '../../core/language';
import { DosePlanes } from '../layers/dose';
import { reserve, imageId } from '../stage/frames';
import { loadFrame } from '../stage/frame-source';
import type { PlaceIn } from './joins';
import type { Dose } from './objects';

/** words: what is waited for, or why there is nothing; '' when the dose is here. */
export interface LoadedDose {
  words: string;
  failed: boolean;
  planes: DosePlanes | undefined;
  grid: DoseGrid | undefined;
}

const LANES = 3;

export function lackText(lack: DoseLack): string {
  return {
    'no-plane': t('The dose does not say where it lies.'),
    'no-scaling': t('The dose has no scaling, or one that makes all of it zero.'),
    'no-offsets': t('The dose does not say where each of its planes lies.'),
    'same-place': t('Several planes of the dose lie at one place.'),
    'too-large': t('The dose claims more values than memory holds.'),
    colour: t('The dose is a picture in colours, no values.'),
  }[lack];
}

/** Calls back at each change until all is here or has failed. */
export function loadDose(dose: Dose, place: PlaceIn, signal: AbortSignal, changed: (now: LoadedDose) => void): void {
  const frame = readDoseFrame(dose.dataset);
  const none = { planes: undefined, grid: undefined };
  if (typeof frame === 'string') return changed({ words: lackText(frame), failed: true, ...none });
  const frames: ArrayLike<number>[] = [];
  let [next, done] = [0, 0];
  const all = dose.images.length;
  if (all !== frame.offsets.length) return changed({ words: lackText('no-offsets'), failed: true, ...none });
  const lane = async (): Promise<void> => {
    while (next < all && !signal.aborted) {
      const at = next++;
      const image = dose.images[at];
      if (!image) return;
      const id = imageId(dose.state.study.study_instance_uid, dose.state.series.series_instance_uid, image);
      frames[at] = (await loadFrame(id.slice('wadors:'.length), image, signal)).samples;
      changed({ words: t('{done} of {all} planes of the dose are here.', { done: ++done, all }), failed: false, ...none });
    }
  };
  changed({ words: t('{done} of {all} planes of the dose are here.', { done: 0, all }), failed: false, ...none });
  Promise.all(Array.from({ length: LANES }, lane)).then(
    () => {
      if (signal.aborted) return;
      const grid = gridOf(frame, frames);
      signal.addEventListener('abort', reserve(grid.values.byteLength));
      changed({ words: '', failed: false, grid, planes: new DosePlanes(grid, text(dose.dataset, '00200052'), place) });
    },
    (error: unknown) => {
      if (!signal.aborted) changed({ words: error instanceof Error ? error.message : String(error), failed: true, ...none });
    },
  );
}
