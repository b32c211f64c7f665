/**
 * Several windows of one session: who is there, in which order, and which studies they share. Pure values; the windows
 * tell each other UIDs and numbers, never names.
 */

/** One window. seat: what it keeps over a reload; windows are counted in the order of their seats. */
export interface Member {
  id: string;
  seat: number;
  /** When it joined, ms of the clock; of two that want one seat the elder keeps it. */
  since: number;
  /** It shows images. Elsewhere: it is at the study list, or another page. */
  at: 'viewer' | 'elsewhere';
  /** It shows another patient than the session and neither leads nor follows. */
  apart: boolean;
  /** Upper left corner of its monitor on the desktop. */
  screen: readonly [number, number];
}

/** What all windows have open. number: one more with each other patient; 0: not known yet. */
export interface Shared {
  number: number;
  studies: readonly string[];
}

export const MOST_STUDIES = 64;
export const MOST_SEATS = 16;

/** A session is one patient: the later case stands; of the same case all studies are open in all windows. */
export function merged(a: Shared, b: Shared): Shared {
  if (a.number !== b.number) return a.number > b.number ? a : b;
  const studies = [...new Set([...a.studies, ...b.studies])].slice(0, MOST_STUDIES);
  return studies.length === a.studies.length ? a : { number: a.number, studies };
}

/** All windows that are known, by seat. */
export class Roster {
  private readonly others = new Map<string, Member>();

  constructor(public me: Member) {}

  /** A window told of itself. False when nothing is new. Where two sit in one seat the younger looks for another: true too. */
  hear(member: Member): boolean {
    const before = this.others.get(member.id);
    if (before && JSON.stringify(before) === JSON.stringify(member)) return false;
    this.others.set(member.id, member);
    if (member.seat === this.me.seat && isElder(member, this.me)) this.me = { ...this.me, seat: this.freeSeat(true) };
    return true;
  }

  /** It is gone. The member it was, undefined when it was not known. */
  drop(id: string): Member | undefined {
    const member = this.others.get(id);
    this.others.delete(id);
    return member;
  }

  get all(): readonly Member[] {
    return [this.me, ...this.others.values()].sort((a, b) => a.seat - b.seat || (isElder(a, b) ? -1 : 1));
  }

  find(id: string): Member | undefined {
    return id === this.me.id ? this.me : this.others.get(id);
  }

  /** From 1; 0 for a stranger. */
  place(id: string): number {
    return this.all.findIndex((m) => m.id === id) + 1;
  }

  /** The one that the others follow to another patient. */
  get first(): Member {
    return this.all[0] as Member;
  }

  /** The window after this one, round the end; undefined when there is no other that shows this patient. */
  next(): Member | undefined {
    const all = this.all.filter((m) => m.id === this.me.id || isTogether(m));
    const at = all.findIndex((m) => m.id === this.me.id);
    return all.length > 1 ? all[(at + 1) % all.length] : undefined;
  }

  /** The lowest that nobody has. mine: my own may be given away. */
  freeSeat(mine = false): number {
    const taken = new Set([...this.others.values(), ...(mine ? [] : [this.me])].map((m) => m.seat));
    let seat = 1;
    while (taken.has(seat)) seat++;
    return seat;
  }
}

/** It shows images of the patient of the session. */
export function isTogether(member: Member): boolean {
  return member.at === 'viewer' && !member.apart;
}

function isElder(a: Member, b: Member): boolean {
  return a.since !== b.since ? a.since < b.since : a.id < b.id;
}

/** A monitor, in CSS pixels of the desktop, without what the system keeps of it. */
export interface Monitor {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The monitor for one more window: from left to right the first without a window after the own one, else the next one. */
export function nextMonitor(monitors: readonly Monitor[], own: Monitor, taken: readonly (readonly [number, number])[]): Monitor | undefined {
  const isSame = (m: Monitor, [x, y]: readonly [number, number]) => m.left === x && m.top === y;
  const ordered = [...monitors].sort((a, b) => a.left - b.left || a.top - b.top);
  const at = ordered.findIndex((m) => isSame(m, [own.left, own.top]));
  const others = [...ordered.slice(at + 1), ...ordered.slice(0, Math.max(at, 0))];
  return others.find((m) => !taken.some((corner) => isSame(m, corner))) ?? others[0];
}

/** Of window.open: a window of its own that fills a monitor, or a plain one. */
export function featuresOf(monitor: Monitor | undefined): string {
  const where = monitor ? `,left=${monitor.left},top=${monitor.top},width=${monitor.width},height=${monitor.height}` : '';
  // Without an opener it is a process of its own: nobody waits for the other window's drawing.
  return `popup,noopener${where}`;
}
