import type { ReactElement } from 'react';
import { isForeign } from '../../domain/server-words';

/** A sentence that may be the server's own, in English among words of another language. */
export function Told({ words }: { words: string }): ReactElement {
  return <span lang={isForeign(words) ? 'en' : undefined}>{words}</span>;
}
