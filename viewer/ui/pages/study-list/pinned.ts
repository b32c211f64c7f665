/** Whether the look at a study stays open, also in the next window. */
import { choose, chosen } from '../../preferences';

const NAME = 'drawer-pinned';

export function isDrawerPinned(): boolean {
  return chosen(NAME, (value): value is boolean => typeof value === 'boolean') ?? false;
}

export function pinDrawer(pinned: boolean): void {
  choose(NAME, pinned || undefined);
}
