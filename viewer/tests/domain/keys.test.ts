import { describe, expect, it } from 'vitest';
import { VIEWER_COMMANDS } from '../../domain/commands';
import { commandFor, faultOf, isCharacterKey, isKeyChoice, keyOf, ownerOf, USUAL_KEYS, withKey, withUsualKey, writtenKey, writtenKeys, type KeyPress } from '../../domain/keys';
import { buttonOf, isUsualMouse, mouseChoice, USUAL_MOUSE, wheelOf } from '../../domain/mouse';

type Mods = Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'altGr', boolean>>;

const press = (key: string, code: string, { altGr = false, ...mods }: Mods = {}): KeyPress => ({
  key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...mods,
  getModifierState: (name) => name === 'AltGraph' && altGr,
});
const asked = (key: string, code: string, mods: Mods = {}, choice = USUAL_KEYS) => commandFor(writtenKeys(press(key, code, mods)), choice);

// key and code are what browsers report on these layouts (W3C UI Events, tables of the layouts of Windows).
describe('keys as typed', () => {
  it.each([
    ['US', 'w', 'KeyW', {}, 'tool.window'],
    ['US', '[', 'BracketLeft', {}, 'image.left'],
    ['US', '{', 'BracketLeft', { shiftKey: true }, 'image.flip-h'],
    ['US', '<', 'Comma', { shiftKey: true }, 'cine.slower'],
    ['US', '=', 'Equal', {}, 'image.larger'],
    ['US', '!', 'Digit1', { shiftKey: true }, undefined],
    ['any', 'ArrowDown', 'ArrowDown', {}, 'move.next'],
    ['any', 'ArrowDown', 'ArrowDown', { shiftKey: true }, 'move.later'],
    ['any', 'k', 'KeyK', { ctrlKey: true }, 'screen.palette'],
    ['macOS', 'k', 'KeyK', { metaKey: true }, 'screen.palette'],
    ['any', 'Z', 'KeyZ', { ctrlKey: true, shiftKey: true }, 'edit.redo'],
    ['any', '4', 'Digit4', { altKey: true }, 'layout.2x2'],
    ['any', '4', 'Numpad4', {}, 'window.preset.4'],
    ['any', ' ', 'Space', {}, 'cine.toggle'],
    ['any', 'Home', 'Home', { shiftKey: true }, 'cine.from'],
    ['de', '[', 'Digit8', { ctrlKey: true, altKey: true, altGr: true }, 'image.left'],
    ['de', '{', 'Digit7', { ctrlKey: true, altKey: true, altGr: true }, 'image.flip-h'],
    ['de', '\\', 'Minus', { ctrlKey: true, altKey: true, altGr: true }, 'screen.panel'],
    ['de', 'z', 'KeyY', {}, 'tool.zoom'],
    ['de', 'y', 'KeyZ', {}, 'link.pin'],
    ['de', 'z', 'KeyY', { ctrlKey: true }, 'edit.undo'],
    ['de', '?', 'Minus', { shiftKey: true }, 'screen.help'],
    ['de', '/', 'Digit7', { shiftKey: true }, 'study.list'],
    ['de', ';', 'Comma', { shiftKey: true }, 'image.true-size'],
    ['de', '>', 'IntlBackslash', { shiftKey: true }, 'cine.faster'],
    ['de', '+', 'BracketRight', {}, 'image.larger'],
    ['de', 'ü', 'BracketLeft', {}, undefined],
    ['fr', 'w', 'KeyZ', {}, 'tool.window'],
    ['fr', 'z', 'KeyW', { ctrlKey: true }, 'edit.undo'],
    ['fr', '&', 'Digit1', {}, 'window.preset.1'],
    ['fr', '1', 'Digit1', { shiftKey: true }, 'window.preset.1'],
    ['fr', 'à', 'Digit0', {}, 'window.acquired'],
    ['fr', '-', 'Digit6', {}, 'image.smaller'],
    ['fr', '&', 'Digit1', { altKey: true }, 'layout.1x1'],
    ['fr', '.', 'Comma', { shiftKey: true }, 'image.one'],
    ['fr', '[', 'Digit5', { ctrlKey: true, altKey: true, altGr: true }, 'image.left'],
    ['fr on macOS', '{', 'Digit5', { altKey: true }, 'image.flip-h'],
    ['ru', 'ц', 'KeyW', {}, 'tool.window'],
    ['ru', 'л', 'KeyK', { ctrlKey: true }, 'screen.palette'],
    ['any', 'Dead', 'Backquote', {}, undefined],
    ['any', 'Shift', 'ShiftLeft', { shiftKey: true }, undefined],
  ] as [string, string, string, Mods, string | undefined][])('%s: %s', (_, key, code, mods, id) => expect(asked(key, code, mods)).toBe(id));
});

describe('keys of one’s own', () => {
  it('no key does two things', () => {
    const keys = VIEWER_COMMANDS.map((c) => c.key).filter(Boolean);
    expect(new Set(keys).size).toBe(keys.length);
  });
  it('a key that is given away leaves who had it', () => {
    const mine = withKey(USUAL_KEYS, 'tool.pan', 'W');
    expect([keyOf('tool.pan', mine), keyOf('tool.window', mine), ownerOf('W', mine)]).toEqual(['W', '', 'tool.pan']);
    expect(asked('w', 'KeyW', {}, mine)).toBe('tool.pan');
    expect(asked('p', 'KeyP', {}, mine)).toBeUndefined();
    expect(withUsualKey(mine, 'tool.window')).toEqual({ keys: { 'tool.pan': '' }, letters: true });
    expect(withUsualKey(withUsualKey(mine, 'tool.window'), 'tool.pan')).toEqual(USUAL_KEYS);
  });
  it('the key of a command is its own even when it is asked for again', () => {
    expect(withKey(USUAL_KEYS, 'tool.pan', 'P')).toEqual(USUAL_KEYS);
  });
  it('a command can have no key', () => {
    expect(asked('p', 'KeyP', {}, withKey(USUAL_KEYS, 'tool.pan', ''))).toBeUndefined();
  });
  it('characters switched off leave named keys and those with Ctrl or Alt', () => {
    const off = { ...USUAL_KEYS, letters: false };
    expect(asked('w', 'KeyW', {}, off)).toBeUndefined();
    expect(asked('{', 'BracketLeft', { shiftKey: true }, off)).toBeUndefined();
    expect(asked('4', 'Digit4', {}, off)).toBeUndefined();
    expect(asked('4', 'Digit4', { altKey: true }, off)).toBe('layout.2x2');
    expect(asked('ArrowDown', 'ArrowDown', {}, off)).toBe('move.next');
    expect(asked('k', 'KeyK', { ctrlKey: true }, off)).toBe('screen.palette');
    expect(['A', 'Shift A', ';', '↑', 'Space', 'Ctrl A', 'F2'].map(isCharacterKey)).toEqual([true, true, true, false, false, false, false]);
  });
  it('what the browser keeps, and Esc, cannot be given', () => {
    expect(['Ctrl W', 'Esc', 'L'].map(faultOf)).toEqual(['browser', 'cancel', undefined]);
    expect(writtenKey(press('Escape', 'Escape'))).toBe('Esc');
  });
  it('what is kept is looked at before it is used', () => {
    expect([{ keys: { a: 'B' }, letters: true }, { keys: { a: 1 }, letters: true }, { letters: true }, null].map(isKeyChoice)).toEqual([true, false, false, false]);
  });
});

describe('mouse', () => {
  it('buttons and wheels as in screens.md', () => {
    expect([1, 2, 3, 4, 7].map(buttonOf)).toEqual(['left', 'right', 'both', 'middle', 'both']);
    const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
    expect([none, { ...none, ctrlKey: true }, { ...none, altKey: true }, { ...none, shiftKey: true }].map(wheelOf)).toEqual(['wheel', 'ctrlWheel', 'altWheel', 'shiftWheel']);
  });
  it('what is not known is as usual', () => {
    expect(mouseChoice(undefined)).toEqual(USUAL_MOUSE);
    const mine = mouseChoice({ right: 'zoom', middle: 'dance', wheel: 'zoom', double: 'toString', extra: 1 });
    expect(mine).toEqual({ ...USUAL_MOUSE, right: 'zoom', wheel: 'zoom' });
    expect([isUsualMouse(USUAL_MOUSE), isUsualMouse(mine)]).toEqual([true, false]);
  });
});
