import { Fragment, type ReactElement } from 'react';
import { keyNow } from '../keys';
import { usePreferences } from '../preferences';

/** A written key, one cap for each part. */
/** apart: with blanks between them, as a name for a screen reader has them. */
export function Caps({ keys, apart = false }: { keys: string; apart?: boolean }): ReactElement | null {
  if (!keys) return null;
  return <>{keys.split(' ').map((k, i) => <Fragment key={i}>{apart && i > 0 && ' '}<kbd>{k}</kbd></Fragment>)}</>;
}

/** The key that a command has now. */
export function KeyOf({ id }: { id: string }): ReactElement | null {
  usePreferences();
  return <Caps keys={keyNow(id)} />;
}
