/** Views of series as JSON, for a reload and for other windows, and back. */
import type { KeptView } from '../domain/layout-kept';
import { FRESH, type View } from './stage/view';

/** Tables are left out: they come from the object again. */
export function keptOf(view: View): KeptView {
  const { index, voi, inverted, colourMap, hiddenOverlays, tiles, state, subtraction, orientation, place, three, look3d, over } = view;
  return { index, inverted, colourMap, hiddenOverlays, tiles, state, subtraction, orientation, place, three, look3d, voi: voi?.kind === 'window' ? voi : undefined, over: over?.kept() };
}

/** What lies over it is laid over again when both series are there (laid-over.ts). */
export function viewOf(kept: KeptView): View {
  return { ...FRESH, ...kept, over: undefined };
}
