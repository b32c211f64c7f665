/** Turning and flipping as the reader sees it: each act is on the screen, whatever was done before. */

/** The image is mirrored left to right first (flip), then turned clockwise by rotation degrees. */
export interface Orientation {
  rotation: 0 | 90 | 180 | 270;
  flip: boolean;
}

export const UPRIGHT: Orientation = { rotation: 0, flip: false };

export function turned(o: Orientation, clockwise: boolean): Orientation {
  return { ...o, rotation: norm(o.rotation + (clockwise ? 90 : 270)) };
}

/** Mirror left and right on the screen: F R(a) = R(-a) F. */
export function flippedHorizontally(o: Orientation): Orientation {
  return { rotation: norm(-o.rotation), flip: !o.flip };
}

/** Mirror top and bottom on the screen: the horizontal flip and half a turn. */
export function flippedVertically(o: Orientation): Orientation {
  return { rotation: norm(180 - o.rotation), flip: !o.flip };
}

function norm(degrees: number): Orientation['rotation'] {
  return (((degrees % 360) + 360) % 360) as Orientation['rotation'];
}
