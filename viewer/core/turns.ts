/** Turns of an image by quarters: mirrored left to right first, then clockwise. */

export interface Turned {
  rotation: 0 | 90 | 180 | 270;
  flip: boolean;
}

/** One turn after another. */
export function turnedBy(first: Turned, then: Turned): Turned {
  const angle = then.rotation + (then.flip ? -first.rotation : first.rotation);
  return { rotation: (((angle % 360) + 360) % 360) as Turned['rotation'], flip: first.flip !== then.flip };
}
