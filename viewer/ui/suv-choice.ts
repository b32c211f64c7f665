/** Which SUV a person reads. */
import type { SuvKind } from '../core/suv';
import { isSuvKind } from '../domain/suv';
import { choose, chosen } from './preferences';

export function suvKind(): SuvKind {
  return chosen('suv', isSuvKind) ?? 'bw';
}

export function chooseSuvKind(kind: SuvKind): void {
  choose('suv', kind);
}
