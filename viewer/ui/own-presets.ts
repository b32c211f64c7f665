/** Windows a person kept, by modality, in their order. What is done to them can be taken back. */
import { t } from '../core/language';
import { isOwnPresets, movedPreset, withPreset, type OwnPreset } from '../domain/presets';
import { choose, chosen } from './preferences';
import type { ViewerModel } from './viewer-model';

const NAME = 'windows';

function all(): OwnPreset[] {
  return chosen(NAME, isOwnPresets) ?? [];
}

export function ownPresets(modality: string): OwnPreset[] {
  return all().filter((p) => p.modality === modality);
}

/** A new one, or another name or key for the one it was `before`. */
export function keepPreset(model: ViewerModel, preset: OwnPreset, before?: OwnPreset): void {
  change(model, withPreset(all(), preset, before));
}

export function movePreset(model: ViewerModel, preset: OwnPreset, by: -1 | 1): void {
  change(model, movedPreset(all(), preset, by));
}

export function dropPreset(model: ViewerModel, preset: OwnPreset): void {
  change(model, all().filter((p) => p.modality !== preset.modality || p.name !== preset.name));
}

function change(model: ViewerModel, after: readonly OwnPreset[]): void {
  const before = all();
  choose(NAME, after);
  model.note({ words: t('own windows'), kind: '', undo: () => choose(NAME, before), redo: () => choose(NAME, after) });
}
