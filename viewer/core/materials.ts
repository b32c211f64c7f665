/** Materials of Wavefront MTL files (PS3.3 A.85.3, Encapsulated MTL): the colour and how much is seen through. Textures are not used. */
import type { Rgb } from './lab';

export interface Material {
  /** 0..255 each. */
  colour: Rgb;
  /** 0..1. */
  opacity: number;
}

const MOST = 10_000;
const PLAIN: Material = { colour: [204, 204, 204], opacity: 1 };

/** By name. What is no number leaves what was; a file without materials gives none. */
export function parseMtl(text: string): Map<string, Material> {
  const found = new Map<string, Material>();
  let name: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === 'newmtl' && found.size < MOST) {
      name = rest.join(' ');
      found.set(name, PLAIN);
    }
    const now = name === undefined ? undefined : found.get(name);
    if (name === undefined || !now) continue;
    const parts = rest.slice(0, 3).map(Number);
    const good = parts.length > 0 && parts.every((v) => Number.isFinite(v) && v >= 0 && v <= 1);
    if (word === 'Kd' && good) found.set(name, { ...now, colour: [0, 1, 2].map((k) => Math.round(255 * (parts[parts.length === 3 ? k : 0] as number))) as unknown as Rgb });
    if (word === 'd' && good) found.set(name, { ...now, opacity: parts[0] as number });
    if (word === 'Tr' && good) found.set(name, { ...now, opacity: 1 - (parts[0] as number) });
  }
  return found;
}

/** Three bytes a corner. names: the material of each triangle, '' for none. */
export function coloursOf(names: readonly string[], materials: ReadonlyMap<string, Material>, usual: Rgb): Uint8Array {
  const colours = new Uint8Array(names.length * 9);
  names.forEach((name, i) => {
    const { colour } = materials.get(name) ?? { colour: usual };
    for (let corner = 0; corner < 3; corner++) colours.set(colour, i * 9 + corner * 3);
  });
  return colours;
}
