/** What a reader chose of presentation states and masks, as JSON that outlives a reload. Pure values. */
import { isNumbers } from './shown';

export interface StateChoice {
  /** SOP Instance UID of a state; '' for the newest that is about the image, 'none' for none. */
  uid: string;
  /** Greys, turn and area as without it. */
  graphicsOnly: boolean;
  /** Graphic layers that are not drawn. */
  hidden: readonly string[];
}

export const NEWEST: StateChoice = { uid: '', graphicsOnly: false, hidden: [] };
export const NO_STATE = 'none';

export interface SubtractionChoice {
  /** Undefined: as the image or its state recommends. */
  on: boolean | undefined;
  /** Frame under all others, from 1; undefined: that of the object. */
  frame: number | undefined;
  /** Rows down and columns to the left that the mask is moved beside what the object says, in pixels (PS3.3 C.7.6.10.1.2). */
  shift: readonly [number, number];
}

export const AS_RECOMMENDED: SubtractionChoice = { on: undefined, frame: undefined, shift: [0, 0] };

export function sameState(a: StateChoice, b: StateChoice): boolean {
  return a.uid === b.uid && a.graphicsOnly === b.graphicsOnly && a.hidden.join('\\') === b.hidden.join('\\');
}

export function sameSubtraction(a: SubtractionChoice, b: SubtractionChoice): boolean {
  return a.on === b.on && a.frame === b.frame && a.shift[0] === b.shift[0] && a.shift[1] === b.shift[1];
}

/** What was kept; what is none counts as nothing chosen. */
export function readStateChoice(value: unknown): StateChoice {
  const v = value as Partial<StateChoice> | null | undefined;
  if (typeof v?.uid !== 'string' || v.uid.length > 64) return NEWEST;
  const hidden = Array.isArray(v.hidden) ? v.hidden.filter((name): name is string => typeof name === 'string').slice(0, 1000) : [];
  return { uid: v.uid, graphicsOnly: v.graphicsOnly === true, hidden };
}

export function readSubtraction(value: unknown): SubtractionChoice {
  const v = value as Partial<SubtractionChoice> | null | undefined;
  if (!v || !isNumbers(v.shift, 2)) return AS_RECOMMENDED;
  return { on: typeof v.on === 'boolean' ? v.on : undefined, frame: Number.isInteger(v.frame) && Number(v.frame) > 0 ? Number(v.frame) : undefined, shift: [v.shift[0] as number, v.shift[1] as number] };
}
