/** Windows a person kept, by modality. */
import { isOwnPresets, type OwnPreset } from '../domain/presets';
import { choose, chosen } from './preferences';

const NAME = 'windows';

export function ownPresets(modality: string): OwnPreset[] {
  return (chosen(NAME, isOwnPresets) ?? []).filter((p) => p.modality === modality);
}

/** A name or a key that is taken goes to the newer one. */
export function keepPreset(preset: OwnPreset): void {
  const others = (chosen(NAME, isOwnPresets) ?? []).filter((p) => p.modality !== preset.modality || p.name !== preset.name);
  const freed = others.map((p) => (p.modality === preset.modality && preset.key && p.key === preset.key ? { ...p, key: 0 } : p));
  choose(NAME, [...freed, preset]);
}

export function dropPreset(preset: OwnPreset): void {
  choose(NAME, (chosen(NAME, isOwnPresets) ?? []).filter((p) => p.modality !== preset.modality || p.name !== preset.name));
}
