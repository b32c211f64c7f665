/** Several studies chosen in a list: by UID, so that it holds while rows come and go. */
export interface Selection {
  readonly uids: ReadonlySet<string>;
  /** Where a range begins; null: at the cursor. */
  readonly anchor: string | null;
}

export const NOTHING_CHOSEN: Selection = { uids: new Set(), anchor: null };

export function toggled(selection: Selection, uid: string): Selection {
  const uids = new Set(selection.uids);
  if (!uids.delete(uid)) uids.add(uid);
  return { uids, anchor: uid };
}

/** From the anchor, else from `from`, to `to`: that range and nothing else. */
export function extended(selection: Selection, listed: readonly string[], from: number, to: number): Selection {
  const known = selection.anchor === null ? -1 : listed.indexOf(selection.anchor);
  const start = known < 0 ? from : known;
  const [low, high] = start < to ? [start, to] : [to, start];
  return { uids: new Set(listed.slice(low, high + 1)), anchor: listed[start] ?? null };
}

export function all(listed: readonly string[]): Selection {
  return { uids: new Set(listed), anchor: null };
}
