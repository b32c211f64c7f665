/**
 * What the windows of a session show, kept on the server for this person, and in the tab for a reload and the browser's Back.
 * A session is one patient's reading: its key is a random id, never a name.
 */
import { useEffect, useMemo } from 'react';
import { t } from '../core/language';
import { isAboutStudies, readLayout, slimmed, type KeptLayout } from '../domain/layout-kept';
import { isKey } from '../domain/reading-sessions';
import { isPassing } from '../domain/connection';
import { ServerError } from '../domain/server';
import type { Monitor } from '../domain/windows';
import { keepsToItself } from './preferences';
import { resumed } from './resumed';
import { connection } from './server/connection';
import { sessionServer } from './server/reading-server';
import type { ViewerModel } from './viewer-model';
import { randomId, windows } from './windows';

const KEY = 'rr.layout';
const READING = 'rr.reading';
/** Parameter of the address of a session that is gone on with. */
const PARAMETER = 'reading';
const FIRST_MS = 2000;
const AGAIN_MS = 5000;

/** A document that was loaded anew shows what it showed; what is opened from the list begins fresh. */
const again = wasLoadedAnew();
let left: unknown = again ? read(KEY) : undefined;
/** A window that was opened into a session shows what its seat showed before. */
let joined = !again && windows.sessionId !== '';

function wasLoadedAnew(): boolean {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return navigation?.type === 'reload' || navigation?.type === 'back_forward';
}

function read(name: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? 'null');
  } catch {
    return undefined;
  }
}

/** Of the session that an address goes on with; '' for none. */
function readingOf(search: string): string {
  const key = new URLSearchParams(search).get(PARAMETER);
  return isKey(key) ? key : '';
}

export function readingAddress(address: string, key: string): string {
  return `${address}&${PARAMETER}=${encodeURIComponent(key)}`;
}

/** Reading it changes nothing, since React may render a page that it then drops; it is over when the viewer is left. */
export function useKeptLayout(uids: readonly string[]): KeptLayout | undefined {
  useEffect(
    () => () => {
      left = undefined;
      joined = false;
      resumed.forget();
    },
    [],
  );
  return useMemo(() => readLayout(left, uids), [uids]);
}

/** What the server kept of this window; undefined when there is nothing to wait for. tell: says why there is nothing. */
export function layoutElsewhere(search: string, uids: readonly string[], tell: (words: string) => void): Promise<KeptLayout | undefined> | undefined {
  const key = readingOf(search);
  if (key) return resumedLayout(key, uids, tell);
  return joined && !keepsToItself() ? keptOfSeat(keyFor(''), uids) : undefined;
}

/** Waits for a server that is away, as what it kept would be written over else. */
async function resumedLayout(key: string, uids: readonly string[], tell: (words: string) => void): Promise<KeptLayout | undefined> {
  try {
    const whole = await connection.patiently(() => sessionServer.one(key));
    resumed.begin(whole);
    return stateFor(whole.windows, windows.me.seat, uids);
  } catch (error) {
    if (error instanceof ServerError && error.status === 404) tell(t('This session is not kept any more. Its studies open as usual.'));
    else tell(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** Mostly nothing is kept of a window that is opened: it is not asked for then. */
async function keptOfSeat(key: string, uids: readonly string[]): Promise<KeptLayout | undefined> {
  const all = await sessionServer.all().catch(() => undefined);
  const has = all?.readings.some((one) => one.key === key && one.seats.includes(windows.me.seat));
  if (!has) return undefined;
  return sessionServer.one(key).then((whole) => stateFor(whole.windows, windows.me.seat, uids), () => undefined);
}

/** The studies of the address may be in another order, or more. */
function stateFor(kept: Readonly<Record<string, unknown>>, seat: number, uids: readonly string[]): KeptLayout | undefined {
  const state = Object.hasOwn(kept, seat) ? (kept[seat] as Partial<KeptLayout> | null) : undefined;
  return isAboutStudies(state, uids) ? readLayout({ ...state, asked: uids }, uids) : undefined;
}

/** The key under which this reading is kept: that of the windows' session, with the number of its patient, or the window's own. */
function keyFor(own: string): string {
  if (!windows.sessionId || windows.me.apart) return own;
  return windows.agreed > 1 ? `${windows.sessionId}.${windows.agreed}` : windows.sessionId;
}

function ownKey(search: string): string {
  const asked = readingOf(search);
  if (asked) return asked;
  const kept = again && left !== undefined ? read(READING) : undefined;
  return isKey(kept) ? kept : randomId();
}

function whereOnDesktop(): Monitor {
  return { left: window.screenX, top: window.screenY, width: window.outerWidth, height: window.outerHeight };
}

/** Written when the page is left, whatever way; on the server while it is read, too. */
export function useKeeping(model: ViewerModel, uids: readonly string[], search: string): void {
  const own = useMemo(() => ownKey(search), [search]);
  useEffect(() => {
    windows.reading = own;
    let told = '';
    const keepHere = () => {
      try {
        if (model.loading) return;
        sessionStorage.setItem(KEY, JSON.stringify(model.layout(uids)));
        sessionStorage.setItem(READING, JSON.stringify(own));
      } catch {
        // Private browsing: a reload begins fresh.
      }
    };
    const keepThere = (leaving: boolean) => {
      if (model.loading || model.isClosed || !model.studies.length || keepsToItself()) return;
      // Until all windows agree on the patient nothing is written among what is another's.
      if (!windows.isAbout(model.studies.map((s) => s.study_instance_uid))) return;
      const state = { ...slimmed(model.layout(uids)), where: whereOnDesktop() };
      const [key, seat] = [keyFor(own), windows.me.seat];
      const written = JSON.stringify([key, seat, state]);
      if (written === told) return;
      told = written;
      sessionServer.keep(key, seat, uids, state, leaving).catch((error: unknown) => {
        // What is refused (too large) is tried again with the next change, what did not get there soon.
        if (!(error instanceof ServerError) || isPassing(error)) told = told === written ? '' : told;
        else if (error.status === 409) model.tell(t('What this window shows is too much to be kept on the server. A reload brings it back.'));
      });
    };
    const leave = () => {
      keepHere();
      keepThere(true);
    };
    const hide = () => document.visibilityState === 'hidden' && keepThere(true);
    const first = setTimeout(() => keepThere(false), FIRST_MS);
    const timer = setInterval(() => keepThere(false), AGAIN_MS);
    window.addEventListener('pagehide', leave);
    document.addEventListener('visibilitychange', hide);
    return () => {
      keepThere(true);
      clearTimeout(first);
      clearInterval(timer);
      window.removeEventListener('pagehide', leave);
      document.removeEventListener('visibilitychange', hide);
      windows.reading = '';
    };
  }, [model, uids, own]);
}
