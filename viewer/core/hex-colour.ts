/** Colours as fields of a page have them: '#rrggbb'. */

type Rgb = readonly [number, number, number];

export function hex(colour: Rgb): string {
  return `#${colour.map((v) => v.toString(16).padStart(2, '0')).join('')}`;
}

export function fromHex(text: string): Rgb {
  return [1, 3, 5].map((i) => Number.parseInt(text.slice(i, i + 2), 16)) as unknown as Rgb;
}
