/** What buttons, wheel and double click do over an image, as screens.md says or as a person chose. Pure values. */
import { VIEWER_COMMANDS } from './commands';
import { t } from '../core/language';

export const BUTTONS = ['left', 'middle', 'right', 'both'] as const;
export const WHEELS = ['wheel', 'ctrlWheel', 'shiftWheel', 'altWheel'] as const;
export type Button = (typeof BUTTONS)[number];
export type Wheel = (typeof WHEELS)[number];

/** 'chosen': the tool that is chosen; 'nothing'; else the name of a tool. */
export type DragAct = string;
export type WheelAct = 'scroll' | 'ten' | 'time' | 'zoom' | 'slab' | 'nothing';
export type ClickAct = 'maximise' | 'fit' | 'one' | 'reset' | 'nothing';
export type MouseChoice = Record<Button, DragAct> & Record<Wheel, WheelAct> & { double: ClickAct };

export const USUAL_MOUSE: MouseChoice = {
  left: 'chosen', middle: 'pan', right: 'window', both: 'zoom',
  wheel: 'scroll', ctrlWheel: 'zoom', shiftWheel: 'ten', altWheel: 'slab', double: 'maximise',
};

export const BUTTON_WORDS: Record<Button, string> = { left: t('Left drag'), middle: t('Middle drag'), right: t('Right drag'), both: t('Left + right drag') };
export const WHEEL_WORDS: Record<Wheel, string> = { wheel: t('Wheel'), ctrlWheel: t('Ctrl wheel'), shiftWheel: t('Shift wheel'), altWheel: t('Alt wheel') };
export const WHEEL_ACTS: Record<WheelAct, string> = { scroll: t('scroll'), ten: t('scroll by ten'), time: t('scroll in time'), zoom: t('zoom'), slab: t('thickness of the slab'), nothing: t('nothing') };
export const CLICK_ACTS: Record<ClickAct, string> = { maximise: t('maximise'), fit: t('fit'), one: t('one to one'), reset: t('reset the view'), nothing: t('nothing') };

export function isUsualMouse(choice: MouseChoice): boolean {
  return (Object.keys(USUAL_MOUSE) as (keyof MouseChoice)[]).every((name) => choice[name] === USUAL_MOUSE[name]);
}

/** What a drag may do: name and words. */
export function dragActs(): [DragAct, string][] {
  const tools = VIEWER_COMMANDS.filter((c) => c.group === 'Tool').map((c): [string, string] => [c.id.slice('tool.'.length), c.title]);
  return [['chosen', t('the chosen tool')], ...tools, ['nothing', t('nothing')]];
}

/** What was kept, with the usual where it says nothing that is known. */
export function mouseChoice(value: unknown): MouseChoice {
  const kept = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const drags = new Set(dragActs().map(([act]) => act));
  const known = (name: keyof MouseChoice, act: unknown) =>
    (BUTTONS as readonly string[]).includes(name) ? drags.has(act as string) : Object.hasOwn(name === 'double' ? CLICK_ACTS : WHEEL_ACTS, String(act));
  const names = Object.keys(USUAL_MOUSE) as (keyof MouseChoice)[];
  return Object.fromEntries(names.map((name) => [name, known(name, kept[name]) ? kept[name] : USUAL_MOUSE[name]])) as MouseChoice;
}

/** Which of the buttons that are down (MouseEvent.buttons) say what a drag does. */
export function buttonOf(buttons: number): Button {
  if ((buttons & 3) === 3) return 'both';
  if (buttons & 2) return 'right';
  return buttons & 4 ? 'middle' : 'left';
}

/** Which wheel is turned. Ctrl before Alt before Shift. */
export function wheelOf(e: { ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey: boolean }): Wheel {
  if (e.ctrlKey || e.metaKey) return 'ctrlWheel';
  if (e.altKey) return 'altWheel';
  return e.shiftKey ? 'shiftWheel' : 'wheel';
}
