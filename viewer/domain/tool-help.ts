/** What a tool does, in a line for the image itself: the gesture, a sentence, what does the same with any tool. Pure values. */
import { t } from '../core/language';
import { VIEWER_COMMANDS } from './commands';
import { BUTTON_WORDS, BUTTONS, WHEEL_WORDS, WHEELS, type Button, type MouseChoice, type Wheel, type WheelAct } from './mouse';

export const TOPICS = ['window', 'pan', 'zoom', 'scroll', 'probe', 'magnify', 'crosshair', 'curve', 'size', 'mask', 'slab', 'three'] as const;
export type Topic = (typeof TOPICS)[number];

/** Which way what is pressed goes: the arrows of the drawing. */
export type Gesture = 'any' | 'updown' | 'point' | 'wheel';

/** Keys, buttons and fingers as they are now. */
export interface Hands {
  keyOf: (id: string) => string;
  mouse: MouseChoice;
  /** Fingers, not a mouse. */
  touch: boolean;
}

export interface ToolHelp {
  title: string;
  sentence: string;
  gesture: Gesture;
  /** What is pressed in the drawing; undefined where pointing is enough. */
  press: Button | Wheel | 'finger' | undefined;
  /** The key that chooses it, '' for none. */
  key: string;
  /** What does the same whatever tool is chosen: words, and keys as they are written. */
  always: readonly string[];
  keys: readonly string[];
}

/** The tool or deed that a command chooses and that has something to show; undefined for all others. */
export function topicOf(id: string): Topic | undefined {
  const name = id.startsWith('tool.') ? id.slice('tool.'.length) : BY_COMMAND[id];
  return TOPICS.find((topic) => topic === name);
}

const BY_COMMAND: Record<string, Topic> = {
  'three.toggle': 'three', 'volume.max': 'slab', 'volume.min': 'slab', 'volume.mean': 'slab', 'volume.thicker': 'slab', 'volume.thinner': 'slab',
};

const COMMANDS: Record<Topic, string> = {
  window: 'tool.window', pan: 'tool.pan', zoom: 'tool.zoom', scroll: 'tool.scroll', probe: 'tool.probe', magnify: 'tool.magnify',
  crosshair: 'tool.crosshair', curve: 'tool.curve', size: 'tool.size', mask: 'tool.mask', slab: 'volume.max', three: 'three.toggle',
};

const TITLES = new Map(VIEWER_COMMANDS.map((c) => [c.id, c.title]));

/** Commands whose keys do the same in steps. */
const KEYS: Partial<Record<Topic, readonly string[]>> = {
  zoom: ['image.larger', 'image.smaller'], scroll: ['move.previous', 'move.next'], slab: ['volume.thicker', 'volume.thinner'], mask: ['mask.left', 'mask.right', 'mask.up', 'mask.down'],
};

const WHEEL_ACT: Partial<Record<Topic, WheelAct>> = { scroll: 'scroll', zoom: 'zoom', slab: 'slab' };

const GESTURES: Record<Topic, Gesture> = {
  window: 'any', pan: 'any', zoom: 'updown', scroll: 'updown', probe: 'point', magnify: 'point', crosshair: 'any', curve: 'point', size: 'any', mask: 'any', slab: 'wheel', three: 'any',
};

export function helpOf(topic: Topic, hands: Hands): ToolHelp {
  const { mouse, touch } = hands;
  // Over a volume in three dimensions the buttons are not to be chosen.
  const button = topic === 'three' ? 'left' : BUTTONS.find((name) => mouse[name] === 'chosen');
  const wheel = wheelFor(topic, mouse);
  const pressed = topic === 'slab' ? wheel : button;
  const how = touch ? t('One finger') : topic === 'slab' ? (wheel ? WHEEL_WORDS[wheel] : '') : button ? BUTTON_WORDS[button] : '';
  const pointing = topic === 'probe' || topic === 'magnify';
  return {
    title: topic === 'slab' ? t('Slab') : topic === 'three' ? t('Three dimensions') : (TITLES.get(COMMANDS[topic]) ?? ''),
    sentence: pressed || touch || pointing ? sentenceOf(topic, how, touch) : topic === 'slab' ? t('The panel makes the slab thicker or thinner.') : t('No button of the mouse does what the chosen tool does: “Keys and mouse” gives it one.'),
    gesture: GESTURES[topic],
    press: pointing && !touch ? undefined : touch ? 'finger' : pressed,
    key: topic === 'slab' || touch ? '' : hands.keyOf(COMMANDS[topic]),
    always: touch ? byFingers(topic) : byMouse(topic, mouse),
    keys: touch ? [] : (KEYS[topic] ?? []).map(hands.keyOf).filter(Boolean),
  };
}

function sentenceOf(topic: Topic, how: string, touch: boolean): string {
  switch (topic) {
    case 'window': return t('{how}: sideways for a wider or narrower window, up brighter, down darker.', { how });
    case 'pan': return t('{how}: the image goes along.', { how });
    case 'zoom': return t('{how}: up is larger, down is smaller.', { how });
    case 'scroll': return t('{how}: down goes on through the images, up goes back.', { how });
    case 'probe': return touch ? t('Put a finger on the image: the value there stands beside it.') : t('Point at the image: the value there stands beside the pointer.');
    case 'magnify': return touch ? t('Put a finger on the image: what is there is enlarged.') : t('Point at the image: what is there is enlarged.');
    case 'crosshair': return t('{how}: the other planes go to that point. The handles on the lines turn the planes.', { how });
    case 'curve': return touch ? t('Tap along the path on a plane, then “Curved view of the path”.') : t('Click along the path on a plane, then “Curved view of the path”.');
    case 'size': return t('{how}: a line over something whose length is known; then say how long it is.', { how });
    case 'mask': return t('{how}: the mask that is subtracted goes along.', { how });
    case 'slab': return touch ? t('The panel makes the slab thicker or thinner.') : t('{how}: a thicker or thinner slab.', { how });
    case 'three': return touch ? t('{how}: turns the volume. Two fingers zoom and move it.', { how }) : t('{how}: turns the volume. Right drag: window; middle drag: moves it; wheel: zoom.', { how });
  }
}

function wheelFor(topic: Topic, mouse: MouseChoice): Wheel | undefined {
  const act = WHEEL_ACT[topic];
  return act && WHEELS.find((name) => mouse[name] === act);
}

function byMouse(topic: Topic, mouse: MouseChoice): string[] {
  if (topic === 'three') return [];
  const wheel = topic === 'slab' ? undefined : wheelFor(topic, mouse);
  return [...BUTTONS.filter((name) => mouse[name] === topic).map((name) => BUTTON_WORDS[name]), ...(wheel ? [WHEEL_WORDS[wheel]] : [])];
}

function byFingers(topic: Topic): string[] {
  if (topic === 'scroll') return [t('two fingers up and down')];
  if (topic === 'zoom' || topic === 'pan') return [t('two fingers apart, together or along')];
  return topic === 'magnify' ? [t('a long press')] : [];
}

export function isTopics(value: unknown): value is Topic[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
