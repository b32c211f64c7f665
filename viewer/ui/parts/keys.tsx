import type { ReactElement } from 'react';
import { keyNow } from '../keys';
import { usePreferences } from '../preferences';

/** A written key, one cap for each part. */
export function Caps({ keys }: { keys: string }): ReactElement | null {
  if (!keys) return null;
  return <>{keys.split(' ').map((k, i) => <kbd key={i}>{k}</kbd>)}</>;
}

/** The key that a command has now. */
export function KeyOf({ id }: { id: string }): ReactElement | null {
  usePreferences();
  return <Caps keys={keyNow(id)} />;
}
