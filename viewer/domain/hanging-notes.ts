/** What of somebody else's Hanging Protocol was not taken over: sentences of the server (objects/hanging_reading.py) in the reader's language. Pure values. */
import { t } from '../core/language';
import { ATTRIBUTE_NAMES, type Attribute } from './hangings';

/** As the server says them, and here; values stand at the same names. */
const KNOWN: readonly (readonly [string, string])[] = [
  ['The anatomic region {value} is not known here and not asked for.', t('The anatomic region {value} is not known here and not asked for.')],
  ['Procedure codes and reasons are not asked for.', t('Procedure codes and reasons are not asked for.')],
  ['It does not say for which studies it is: it can be chosen, and is never hung by itself.', t('It does not say for which studies it is: it can be chosen, and is never hung by itself.')],
  ['Of {count} image sets the first {most} are taken.', t('Of {count} image sets the first {most} are taken.')],
  ['An image set has no number and is left out.', t('An image set has no number and is left out.')],
  ['Two image sets have the number {number}: the first is taken.', t('Two image sets have the number {number}: the first is taken.')],
  ['A selector {where} is not understood and left out.', t('A selector {where} is not understood and left out.')],
  ['A selector without an attribute is left out.', t('A selector without an attribute is left out.')],
  ['Selectors contradict each other about {name}: {value} is taken.', t('Selectors contradict each other about {name}: {value} is taken.')],
  ['A prior that is not counted from the newest hangs as the newest one.', t('A prior that is not counted from the newest hangs as the newest one.')],
  ['A prior of a certain age hangs as the newest prior.', t('A prior of a certain age hangs as the newest prior.')],
  ['Of {count} image boxes the first {most} are looked at.', t('Of {count} image boxes the first {most} are looked at.')],
  ['Presentation groups after the first are left out.', t('Presentation groups after the first are left out.')],
  ['A display set names an image set that is not there; it is left out.', t('A display set names an image set that is not there; it is left out.')],
  ['An image box says no place where it could lie; it is left out.', t('An image box says no place where it could lie; it is left out.')],
  ['A filter of images is not understood and left out.', t('A filter of images is not understood and left out.')],
  ['Images stay in the order of their stack: sorting is left out.', t('Images stay in the order of their stack: sorting is left out.')],
  ['The window {value} is left out: windows stay as images say them.', t('The window {value} is left out: windows stay as images say them.')],
  ['The colours {value} are left out: images keep theirs.', t('The colours {value} are left out: images keep theirs.')],
  ['A grid of {rows} by {columns} is cut to {most} by {side} at most.', t('A grid of {rows} by {columns} is cut to {most} by {side} at most.')],
  ['Image boxes lie over each other: the first one stands.', t('Image boxes lie over each other: the first one stands.')],
  ['A box that covers several cells of the grid is shown in the first of them.', t('A box that covers several cells of the grid is shown in the first of them.')],
];

const PLACE = /\{(\w+)\}/g;
/** Values are the object's own, of which there may be anything. */
const PATTERNS = KNOWN.map(([said, words]) => ({
  words,
  names: [...said.matchAll(PLACE)].map((m) => m[1] as string),
  pattern: new RegExp(`^${said.split(PLACE).map((piece, i) => (i % 2 ? '(.*)' : piece.replace(/[.()]/g, '\\$&'))).join('')}$`, 's'),
}));

/** foreign: it stays in English. */
export function noteWords(note: string): { words: string; foreign: boolean } {
  for (const { pattern, names, words } of PATTERNS) {
    const found = pattern.exec(note);
    if (!found) continue;
    const values = new Map(names.map((name, i) => [name, named(name, found[i + 1] ?? '')]));
    return { words: words.replace(PLACE, (whole, name: string) => values.get(name) ?? whole), foreign: false };
  }
  return { words: note, foreign: true };
}

function named(name: string, value: string): string {
  return name === 'name' && Object.hasOwn(ATTRIBUTE_NAMES, value) ? ATTRIBUTE_NAMES[value as Attribute] : value;
}
