import type { PersonName } from './dicom-json';

/** PN component group to 'Family, Given Middle' (PS3.5 6.2.1). Never recased; prefix and suffix are kept at the end. */
export function readable(group: string): string {
  const [family = '', given = '', middle = '', prefix = '', suffix = ''] = group.split('^').map((p) => p.trim());
  const rest = [given, middle].filter(Boolean).join(' ');
  const name = [family, rest].filter(Boolean).join(', ');
  const extra = [prefix, suffix].filter(Boolean).join(' ');
  return [name, extra].filter(Boolean).join(' ');
}

/** Ideographic and phonetic groups are read without the comma: '山田 太郎'. */
export function readableIdeographic(group: string): string {
  return group.split('^').map((p) => p.trim()).filter(Boolean).join(' ');
}

/** The Latin name first, the others after it; a name that has only an ideographic group is shown by that one. */
export function nameParts(name: PersonName): { main: string; other: string } {
  const others = [readableIdeographic(name.ideographic), readableIdeographic(name.phonetic)].filter(Boolean);
  const main = readable(name.alphabetic);
  return main ? { main, other: others.join(' ') } : { main: others[0] ?? '', other: others.slice(1).join(' ') };
}
