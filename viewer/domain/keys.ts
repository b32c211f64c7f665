/** Which key does what: as written on the key, as typed on any layout, as a person chose. Pure values. */
import { VIEWER_COMMANDS } from './commands';

/** What a keyboard event tells. */
export interface KeyPress {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  getModifierState?(name: string): boolean;
}

const NAMES: Record<string, string> = {
  ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', PageUp: 'PgUp', PageDown: 'PgDn', ' ': 'Space', Escape: 'Esc', Delete: 'Del', '-': '−',
};

/** Typed with Shift on some layouts and with AltGr on others: written the one way. */
const WITH_SHIFT: Record<string, string> = { '{': '[', '}': ']' };

/** Letters with Alt (macOS) and AltGr type these; they are then meant as characters. */
const THIRD_LEVEL = '[]{}\\|@~';

/**
 * How a key press may be written, the way it was typed first: 'Ctrl Shift Z', 'Shift [', '↓', '7'. Punctuation is taken as
 * typed, on whatever key a layout has it. Further ways: the Latin letter or the digit of that place of the keyboard, for
 * layouts that have another character there.
 */
export function writtenKeys(e: KeyPress): string[] {
  if (['Dead', 'Process', 'Unidentified', 'Control', 'Shift', 'Alt', 'AltGraph', 'Meta'].includes(e.key)) return [];
  const third = e.getModifierState?.('AltGraph') === true || (e.altKey && !e.ctrlKey && THIRD_LEVEL.includes(e.key));
  const ctrl = (e.ctrlKey || e.metaKey) && !third;
  const alt = e.altKey && !third;
  const write = (shift: boolean, key: string) => [ctrl && 'Ctrl', alt && 'Alt', shift && 'Shift', key].filter(Boolean).join(' ');
  const typed = NAMES[e.key] ?? (e.key.length === 1 ? e.key.toUpperCase() : e.key);
  const unshifted = WITH_SHIFT[typed];
  const shifts = e.shiftKey && (typed.length > 1 || '↑↓←→[]'.includes(typed) || /\p{L}/u.test(typed));
  const ways = [unshifted ? write(true, unshifted) : write(shifts, typed)];
  const digit = /^Digit(\d)$/.exec(e.code)?.[1];
  if (digit && alt) ways.unshift(write(false, digit));
  else if (digit && !e.shiftKey && !/\d/.test(typed)) ways.push(write(false, digit));
  const letter = /^Key([A-Z])$/.exec(e.code)?.[1];
  if (letter && (alt || !/[\p{Script=Latin}]/u.test(typed)) && typed !== letter) ways.push(write(e.shiftKey, letter));
  if (e.key === 'ContextMenu') ways.push('Shift F10');
  if (typed === '=') ways.push(write(false, '+'));
  return ways;
}

/** One key as it is shown: the way it was typed. '' for a press that is no key of its own. */
export function writtenKey(e: KeyPress): string {
  return writtenKeys(e)[0] ?? '';
}

/** keys: command to key where it is not the usual one, '' for none. letters: keys that type a character act. */
export interface KeyChoice {
  keys: Readonly<Record<string, string>>;
  letters: boolean;
}

export const USUAL_KEYS: KeyChoice = { keys: {}, letters: true };

export function isKeyChoice(value: unknown): value is KeyChoice {
  const v = value as Partial<KeyChoice> | null;
  return typeof v?.letters === 'boolean' && typeof v.keys === 'object' && v.keys !== null && Object.values(v.keys).every((k) => typeof k === 'string');
}

const USUAL = new Map(VIEWER_COMMANDS.map((c) => [c.id, c.key ?? '']));

/** The key of a command, '' when it has none. */
export function keyOf(id: string, { keys }: KeyChoice): string {
  return keys[id] ?? USUAL.get(id) ?? '';
}

/** Types a character: letters, digits, punctuation, with Shift or without (WCAG 2.1.4). */
export function isCharacterKey(written: string): boolean {
  const parts = written.split(' ');
  const last = parts.at(-1) ?? '';
  return !parts.includes('Ctrl') && !parts.includes('Alt') && last.length === 1 && !'↑↓←→'.includes(last);
}

/** The command of a key, whether letters act or not. */
export function ownerOf(key: string, choice: KeyChoice): string | undefined {
  return key ? VIEWER_COMMANDS.find((c) => keyOf(c.id, choice) === key)?.id : undefined;
}

/** The command that a press asks for. */
export function commandFor(ways: readonly string[], choice: KeyChoice): string | undefined {
  for (const way of ways) {
    const id = choice.letters || !isCharacterKey(way) ? ownerOf(way, choice) : undefined;
    if (id) return id;
  }
  return undefined;
}

/** Give a command a key ('' for none). Who had it goes without. */
export function withKey(choice: KeyChoice, id: string, key: string): KeyChoice {
  const owner = ownerOf(key, choice);
  const given = { ...choice.keys, ...(owner && { [owner]: '' }), [id]: key };
  return { ...choice, keys: Object.fromEntries(Object.entries(given).filter(([command, written]) => written !== (USUAL.get(command) ?? ''))) };
}

/** The usual key again; when another command has it now, that one goes without. */
export function withUsualKey(choice: KeyChoice, id: string): KeyChoice {
  return withKey(choice, id, USUAL.get(id) ?? '');
}

export function isUsual(id: string, { keys }: KeyChoice): boolean {
  return keys[id] === undefined;
}

/** Browsers do not hand these to a page. */
const KEPT = ['Ctrl W', 'Ctrl T', 'Ctrl N', 'Ctrl Q', 'Ctrl Shift W', 'Ctrl Shift T', 'Ctrl Shift N', 'Alt F4', 'F11', 'F12'];

export type KeyFault = 'browser' | 'cancel';

/** Why a key cannot be given: the browser keeps it, or it cancels. */
export function faultOf(key: string): KeyFault | undefined {
  if (key === 'Esc') return 'cancel';
  return KEPT.includes(key) ? 'browser' : undefined;
}
