/** SOP classes whose series the rail leaves out: what a person chose of a class, else the server's setting. Tags and the palette still reach them. */
import { kindOfClass } from '../domain/object-kinds';
import type { Series } from '../domain/study';
import { leftOut } from './left-out';
import { choose, chosen } from './preferences';

const NAME = 'hidden-classes';

type Chosen = Readonly<Record<string, boolean>>;

/** Class to whether it is hidden; of classes that are not in it the setting holds, also when it changes. */
const isChoice = (value: unknown): value is Chosen => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((v) => typeof v === 'boolean');

export function isClassHidden(uid: string): boolean {
  return mayBeHidden(uid) && ((chosen(NAME, isChoice) ?? {})[uid] ?? leftOut().includes(uid));
}

export function hideClass(uid: string, hidden: boolean): void {
  choose(NAME, { ...chosen(NAME, isChoice), [uid]: hidden });
}

/** Images are never left out. */
export function mayBeHidden(uid: string): boolean {
  return !['images', 'video', 'slide'].includes(kindOfClass(uid));
}

/** All that it holds is of classes that are left out. */
export function isHidden(series: Series): boolean {
  return series.sop_class_uids.length > 0 && series.sop_class_uids.every(isClassHidden);
}
