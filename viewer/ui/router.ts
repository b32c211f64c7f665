/** Addresses of the app: '/', '/login', '/jobs', '/nodes', '/rules', '/log', '/deleted', '/viewer?StudyInstanceUIDs=...'. History API, no library. */
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();

function notify(): void {
  for (const listener of listeners) listener();
}

let listLeft = '/';

/** The study list as it was left: search, filters and order. */
export function listAddress(): string {
  return listLeft;
}

export function navigate(to: string, replace = false): void {
  if (location.pathname === '/') listLeft = location.pathname + location.search;
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  notify();
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

export function viewerAddress(uids: readonly string[]): string {
  return `/viewer?${uids.map((uid) => `StudyInstanceUIDs=${encodeURIComponent(uid)}`).join('&')}`;
}

/** Only an address of this app may be gone back to after the login. */
export function safeReturn(next: string | null): string {
  return next && /^\/(?!\/|\\)/.test(next) && !next.startsWith('/login') ? next : '/';
}
