/** SOP classes whose series the rail leaves out: a person's choice, else raw data. Their tags and the palette still reach them. */
import { kindOfClass } from '../domain/object-kinds';
import type { Series } from '../domain/study';
import { choose, chosen } from './preferences';

const NAME = 'hidden-classes';
/** Raw Data Storage: nobody but its maker can read it (PS3.3 A.37). */
const USUAL: readonly string[] = ['1.2.840.10008.5.1.4.1.1.66'];

const isList = (value: unknown): value is string[] => Array.isArray(value) && value.every((v) => typeof v === 'string');

export function hiddenClasses(): readonly string[] {
  return chosen(NAME, isList) ?? USUAL;
}

export function hideClass(uid: string, hidden: boolean): void {
  const others = hiddenClasses().filter((known) => known !== uid);
  choose(NAME, hidden ? [...others, uid] : others);
}

/** Images are never left out. */
export function mayBeHidden(uid: string): boolean {
  return !['images', 'video', 'slide'].includes(kindOfClass(uid));
}

/** All that it holds is of classes that are left out. */
export function isHidden(series: Series): boolean {
  const hidden = hiddenClasses();
  return series.sop_class_uids.length > 0 && series.sop_class_uids.every((uid) => hidden.includes(uid) && mayBeHidden(uid));
}
