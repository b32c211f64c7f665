/** Corner texts a person chose, by modality. */
import { isCornerLayouts, usualLayout, type CornerLayout } from '../domain/corner-texts';
import { choose, chosen } from './preferences';

const NAME = 'corners';

export function cornerLayout(modality: string): CornerLayout {
  return chosen(NAME, isCornerLayouts)?.[modality] ?? usualLayout(modality);
}

/** undefined: as usual again. */
export function chooseLayout(modality: string, layout: CornerLayout | undefined): void {
  const others = Object.entries(chosen(NAME, isCornerLayouts) ?? {}).filter(([m]) => m !== modality);
  choose(NAME, Object.fromEntries(layout ? [...others, [modality, layout]] : others));
}
