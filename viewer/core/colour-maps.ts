/** Pseudo-colour: greys to the well-known palettes of PS3.6 Annex B. The tables are made by viewer/dev/colour_maps.py. */
import tables from './colour-maps.json';

export interface ColourMap {
  id: string;
  name: string;
  /** 256 words as ImageData holds them on a little endian machine, 0xAABBGGRR, by grey. */
  words: Uint32Array;
}

export const COLOUR_MAPS: readonly ColourMap[] = tables.map(({ id, name, colours }) => ({ id, name, words: wordsOf(colours) }));

/** Palettes of objects, by an id of theirs. */
const OWN = new Map<string, ColourMap>();

/** Undefined for '' and for names nobody knows: grey. */
export function colourMap(id: string): ColourMap | undefined {
  return COLOUR_MAPS.find((map) => map.id === id) ?? OWN.get(id);
}

/** A palette that an object brings; 256 words. */
export function adoptColourMap(map: ColourMap): void {
  OWN.set(map.id, map);
}

function wordsOf(hex: string): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const [r, g, b] = [0, 2, 4].map((at) => parseInt(hex.slice(6 * i + at, 6 * i + at + 2), 16)) as [number, number, number];
    return (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
  });
}
