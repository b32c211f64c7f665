/** When the reader last did something in this window. */
let last = Date.now();

for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel']) {
  window.addEventListener(kind, () => (last = Date.now()), { capture: true, passive: true });
}

/** Clock time, ms. */
export function lastDeed(): number {
  return last;
}

/** Whole minutes since then. */
export function minutesAway(since = last): number {
  return Math.floor((Date.now() - since) / 60_000);
}
