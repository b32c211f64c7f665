/** Addresses of the app: '/', '/login', '/jobs', '/nodes', '/rules', '/log', '/deleted', '/hangings', '/sessions', '/viewer?StudyInstanceUIDs=...'. History API, no library. */
import { useSyncExternalStore } from 'react';
import { parted } from '../domain/filters';

const listeners = new Set<() => void>();

function notify(): void {
  for (const listener of listeners) listener();
}

/** What belongs to an address and must not be seen in it. */
export type Kept = Readonly<Record<string, string>>;

const NOTHING: Kept = {};

function keptNow(): Kept {
  return (history.state as { kept?: Kept } | null)?.kept ?? NOTHING;
}

let listLeft = { to: '/', kept: NOTHING };

/** The study list as it was left: search, filters and order. */
export function listAddress(): string {
  return listLeft.to;
}

/** `kept`: what goes with the address unseen; without it, what is kept stays where an address is replaced, and comes back with the list. */
export function navigate(to: string, replace = false, kept?: Kept): void {
  if (location.pathname === '/') listLeft = { to: location.pathname + location.search, kept: keptNow() };
  const next = kept ?? (replace ? keptNow() : to === listLeft.to ? listLeft.kept : NOTHING);
  if (replace) history.replaceState({ kept: next }, '', to);
  else history.pushState({ kept: next }, '', to);
  notify();
}

/** A list that was asked for by its address: what says who somebody is leaves the address bar at once. */
function hideNames(): void {
  if (location.pathname !== '/') return;
  const { shown, kept } = parted(new URLSearchParams(location.search));
  if (Object.keys(kept).length) history.replaceState({ kept: { ...keptNow(), ...kept } }, '', `/?${shown}`);
}
hideNames();

/** What is kept with the address, as JSON, so that React sees each change. */
export function useKept(): string {
  return useSyncExternalStore(subscribe, () => JSON.stringify(keptNow()));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

/** Path and query as one string, so that React sees each change. */
export function useAddress(): string {
  return useSyncExternalStore(subscribe, () => location.pathname + location.search);
}

/** Study UIDs of an address: repeatable, comma separated, in any case of the parameter's name. Odd ones pass. */
export function studyUids(search: string): string[] {
  const out: string[] = [];
  for (const [key, value] of new URLSearchParams(search)) {
    if (!['studyinstanceuids', 'studyinstanceuid', 'studyuid'].includes(key.toLowerCase())) continue;
    out.push(...value.split(/[,\\]/).map((uid) => uid.trim()).filter((uid) => /^[\w.-]{1,64}$/.test(uid)));
  }
  return [...new Set(out)];
}

/** beside: one series of each study side by side. */
export function viewerAddress(uids: readonly string[], beside = false): string {
  return `/viewer?${beside ? `${BESIDE}=1&` : ''}${uids.map((uid) => `StudyInstanceUIDs=${encodeURIComponent(uid)}`).join('&')}`;
}

export function areBeside(search: string): boolean {
  return new URLSearchParams(search).get(BESIDE) === '1';
}

const BESIDE = 'compare';

/** Only an address of this app may be gone back to after the login. */
export function safeReturn(next: string | null): string {
  return next && /^\/(?!\/|\\)/.test(next) && !next.startsWith('/login') ? next : '/';
}
