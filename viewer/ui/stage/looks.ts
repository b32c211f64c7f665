/** How a viewport shows its images, apart from which one: what can be taken back and put on again. */
import { t } from '../../core/language';
import { sameVoi } from '../../domain/presets';
import { sameState, sameSubtraction } from '../../domain/state-choice';
import type { Stage } from './stage';
import type { View } from './view';

/** zoom: as it was, also when the image was fitted. */
export type Look = Omit<View, 'index' | 'over' | 'three' | 'look3d' | 'aim'> & { zoom: number };

export function lookOf(stage: Stage): Look {
  const { voi, inverted, colourMap, hiddenOverlays, tiles, state, subtraction, orientation, place } = stage.view();
  return { voi, inverted, colourMap, hiddenOverlays, tiles, state, subtraction, orientation, place, zoom: stage.snapshot().zoom };
}

const SAME: Record<Exclude<keyof Look, 'zoom'>, (a: Look, b: Look) => boolean> = {
  voi: (a, b) => a.voi === b.voi || sameVoi(a.voi, b.voi),
  inverted: (a, b) => a.inverted === b.inverted,
  colourMap: (a, b) => a.colourMap === b.colourMap,
  hiddenOverlays: (a, b) => a.hiddenOverlays.join() === b.hiddenOverlays.join(),
  tiles: (a, b) => a.tiles === b.tiles,
  state: (a, b) => sameState(a.state, b.state),
  subtraction: (a, b) => sameSubtraction(a.subtraction, b.subtraction),
  orientation: (a, b) => a.orientation.rotation === b.orientation.rotation && a.orientation.flip === b.orientation.flip,
  place: (a, b) => samePlace(a.place, b.place),
};

function samePlace(a: Look['place'], b: Look['place']): boolean {
  if (!a || !b) return a === b;
  return Math.abs(a.zoom - b.zoom) < 1e-6 && Math.abs(a.pan[0] - b.pan[0]) < 1e-3 && Math.abs(a.pan[1] - b.pan[1]) < 1e-3;
}

/** What is another than before. */
export function differences(a: Look, b: Look): (keyof typeof SAME)[] {
  return (Object.keys(SAME) as (keyof typeof SAME)[]).filter((name) => !SAME[name](a, b));
}

/** 'Undo: ' these. Several at once are the view. */
export function wordsOf(changed: readonly (keyof typeof SAME)[], a: Look, b: Look): string {
  const what = changed.filter((name) => name !== 'place');
  if (what.includes('state')) return t('presentation state {#undone}');
  if (what.length > 1) return t('view {#how an image is shown}');
  switch (what[0]) {
    case 'voi': return t('window {#grey levels}');
    case 'inverted': return t('invert');
    case 'colourMap': return t('colours');
    case 'hiddenOverlays': return t('overlays');
    case 'tiles': return t('tiles');
    case 'subtraction': return t('subtraction');
    case 'orientation': return a.orientation.flip === b.orientation.flip ? t('turn') : t('flip');
    default: return Math.abs(a.zoom - b.zoom) < 1e-6 ? t('pan') : t('zoom');
  }
}

/** Put a look on. Nobody should follow meanwhile: those that followed have looks of their own to go back to. */
export function wear(stage: Stage, look: Look): void {
  const now = lookOf(stage);
  const differ = new Set(differences(now, look));
  if (differ.has('voi')) stage.setVoi(look.voi);
  if (differ.has('inverted')) stage.toggleInvert();
  if (differ.has('colourMap')) stage.setColourMap(look.colourMap);
  if (differ.has('hiddenOverlays')) stage.hideOverlays(look.hiddenOverlays);
  if (differ.has('tiles')) stage.setTiles(look.tiles);
  if (differ.has('state')) stage.wearState(look.state);
  if (differ.has('subtraction')) stage.setSubtraction(look.subtraction);
  if (differ.has('orientation')) stage.setOrientation(look.orientation);
  if (!look.place) {
    if (!stage.snapshot().fitted) stage.fit();
    return;
  }
  if (samePlace(stage.view().place, look.place)) return;
  stage.zoomTo(look.place.zoom);
  const [x, y] = stage.view().place?.pan ?? [0, 0];
  stage.panBy(look.place.pan[0] - x, look.place.pan[1] - y);
}
