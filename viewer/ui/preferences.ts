/** What a person chose, kept in this browser under that person's name: several may read at one workstation. */
import { useSyncExternalStore } from 'react';

let owner = '';
let version = 0;
const listeners = new Set<() => void>();

/** From now on choices are this person's ('' when nobody logs in here). */
export function belongTo(user: string): void {
  if (user === owner) return;
  owner = user;
  told();
}

/** Undefined when nothing was chosen or what is kept is no JSON. `valid` refuses what an older version left. */
export function chosen<T>(name: string, valid: (value: unknown) => value is T): T | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key(name)) ?? 'null');
    return valid(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function choose(name: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(key(name));
    else localStorage.setItem(key(name), JSON.stringify(value));
  } catch {
    // Private browsing: the choice cannot be kept.
  }
  told();
}

/** Renders again when a choice changes; the number says nothing by itself. */
export function usePreferences(): number {
  return useSyncExternalStore(subscribe, () => version);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function key(name: string): string {
  return `rr.${name}:${owner}`;
}

function told(): void {
  version++;
  for (const listener of listeners) listener();
}
