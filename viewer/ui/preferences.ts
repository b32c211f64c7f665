/**
 * What a person chose. Kept on the server for every browser they use, and in this one, which shows it at once and
 * while the server is away. Names are those of the server: small letters, digits, dots, dashes.
 */
import { useSyncExternalStore } from 'react';
import { PreferenceStore, type Keeper } from '../domain/preferences';
import { ServerError } from '../domain/server';
import { httpServer } from './server/http-server';

const SEND_MS = 400;
const AGAIN_MS = 10_000;

let version = 0;
const listeners = new Set<() => void>();

/** Private browsing may refuse all of it: then choices hold for this page only. */
const inMemory = new Map<string, string>();
const keeper: Keeper = {
  get: (key) => attempt(() => localStorage.getItem(key)) ?? inMemory.get(key) ?? null,
  set(key, value) {
    if (attempt(() => (localStorage.setItem(key, value), true))) inMemory.delete(key);
    else inMemory.set(key, value);
  },
  remove(key) {
    inMemory.delete(key);
    attempt(() => localStorage.removeItem(key));
  },
  keys: () => [...new Set([...(attempt(() => Object.keys(localStorage)) ?? []), ...inMemory.keys()])],
};

/** Scripts that drive the viewer may keep to this browser, so that nobody's choices are theirs (docs/automation.md). */
const alone = () => keeper.get('rr.private') === '1';

export { alone as keepsToItself };

const store = new PreferenceStore(keeper, httpServer, told, canPass);

/** From now on choices are this person's ('' while nobody is known). */
export function belongTo(user: string): void {
  store.belongTo(user);
  sync();
}

/** Undefined when nothing was chosen or what is kept is of another form. `valid` refuses what an older version left. */
export function chosen<T>(name: string, valid: (value: unknown) => value is T): T | undefined {
  const value = store.get(name);
  return valid(value) ? value : undefined;
}

/** undefined: as usual again. */
export function choose(name: string, value: unknown): void {
  if (store.set(name, value) && !alone()) soon(SEND_MS);
}

/** Renders again when a choice changes, here or in another browser; the number says nothing by itself. */
export function usePreferences(): number {
  return useSyncExternalStore(subscribe, () => version);
}

/** Calls back when a choice changes; the returned function ends it. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let timer: ReturnType<typeof setTimeout> | undefined;

function soon(milliseconds: number): void {
  clearTimeout(timer);
  timer = setTimeout(push, milliseconds);
}

function push(): void {
  clearTimeout(timer);
  if (alone()) return;
  void store.push().then((sent) => {
    if (sent === 'later') soon(AGAIN_MS);
    else if (store.unsent().length && sent === 'kept') soon(SEND_MS);
  });
}

/** A server that does not answer is asked again when the page is looked at again. */
function sync(): void {
  if (alone()) return;
  store.pull().then(push, () => soon(AGAIN_MS));
}

function told(): void {
  version++;
  for (const listener of listeners) listener();
}

function canPass(error: unknown): boolean {
  return !(error instanceof ServerError) || error.status === 0 || error.status === 401 || error.status >= 500;
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

document.addEventListener('visibilitychange', () => (document.visibilityState === 'visible' ? sync() : push()));
window.addEventListener('online', sync);
// Another window of this browser.
window.addEventListener('storage', (e) => {
  if (e.key === null || e.key.startsWith('rr.')) told();
});
