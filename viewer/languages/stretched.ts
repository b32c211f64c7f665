/** English with accents and 40 % more letters: what is cut off or not translated is seen at once. */

const ACCENTS: Record<string, string> = { a: 'á', e: 'é', i: 'í', o: 'ö', u: 'ü', A: 'Å', E: 'É', I: 'Î', O: 'Ö', U: 'Û' };

export function stretch(sentence: string): string {
  const letters = sentence.replaceAll(/\{[^{}]*\}/g, '').length;
  const accented = sentence.replaceAll(/\{[^{}]*\}|[aeiouAEIOU]/g, (found) => ACCENTS[found] ?? found);
  return `${accented} ${'lorem ipsum dolor sit amet '.repeat(Math.ceil(letters / 60)).slice(0, Math.max(1, Math.round(letters * 0.4) - 1)).trim()}`;
}
