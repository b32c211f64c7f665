/**
 * Sentences of the server that readers of images meet, in the reader's language. What is not known here stays as the server said it, in
 * English, and `isForeign` tells so that the page can say which language it is in (WCAG 3.1.2).
 */
import { language, t } from '../core/language';

/** As src/readingroom writes them (errors.py, archive, doors). */
const KNOWN: Readonly<Record<string, string>> = {
  'There is no such study here.': t('There is no such study here.'),
  'There is no such series here.': t('There is no such series here.'),
  'There is no such instance here.': t('There is no such instance here.'),
  'Nothing here has that identifier.': t('Nothing here has that identifier.'),
  'This series holds no images.': t('This series holds no images.'),
  'This object holds no image.': t('This object holds no image.'),
  'This object has no frames.': t('This object has no frames.'),
  'This object cannot be given in that form.': t('This object cannot be given in that form.'),
  'You may not do that; ask an administrator for the right.': t('You may not do that; ask an administrator for the right.'),
  'Sign in first.': t('Sign in first.'),
  'Not possible right now; try again later.': t('Not possible right now; try again later.'),
  'The folder of the stored objects cannot be reached at present.': t('The folder of the stored objects cannot be reached at present.'),
  'The index cannot be written at present.': t('The index cannot be written at present.'),
};

/** For an answer that has no sentence, as those of a proxy. */
const BY_STATUS: Readonly<Record<number, string>> = {
  404: t('Nothing here has that identifier.'), 500: t('The server made a mistake. Its log tells more.'), 502: t('The server did not answer.'), 503: t('Not possible right now; try again later.'), 504: t('The server did not answer.'),
};

const foreign = new Set<string>();

/** detail: what the server said, '' for nothing. title: of its status, as HTTP names it. */
export function serverWords(detail: string, title: string, status: number): string {
  const words = Object.hasOwn(KNOWN, detail) ? KNOWN[detail] : detail ? undefined : BY_STATUS[status];
  if (words !== undefined) return words;
  const said = detail || title;
  if (language() !== 'en') foreign.add(said);
  return said;
}

/** It is English among the words of another language. */
export function isForeign(words: string): boolean {
  return foreign.has(words);
}
