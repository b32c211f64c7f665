/** Finding words in a text without regard to case and accents. */

/** As many characters as before, so that places stay places. */
export function folded(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    const plain = c < '\u0080' ? c.toLowerCase() : c.normalize('NFD').charAt(0).toLowerCase();
    out += plain.length === 1 ? (/\s/.test(plain) ? ' ' : plain) : c;
  }
  return out;
}

/** Where `query` begins in `text`, ascending; they do not overlap. At most `most`. */
export function placesOf(text: string, query: string, most: number): number[] {
  const wanted = folded(query).trim();
  const places: number[] = [];
  if (!wanted) return places;
  const within = folded(text);
  for (let at = within.indexOf(wanted); at >= 0 && places.length < most; at = within.indexOf(wanted, at + wanted.length)) places.push(at);
  return places;
}
