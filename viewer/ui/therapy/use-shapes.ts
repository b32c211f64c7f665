/** Volumes of structures, one after the other, so that the page lives on with large sets. */
import { useEffect, useState } from 'react';
import { shapeOf, type Shape, type Structure } from '../../domain/structures';

const PIECE_MS = 30;

/** Those that are there by now. */
export function useShapes(structures: readonly Structure[]): ReadonlyMap<Structure, Shape> {
  const [shapes, setShapes] = useState<ReadonlyMap<Structure, Shape>>(new Map());
  useEffect(() => {
    const found = new Map<Structure, Shape>();
    let at = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const piece = () => {
      const end = performance.now() + PIECE_MS;
      while (at < structures.length && performance.now() < end) {
        const structure = structures[at++] as Structure;
        found.set(structure, shapeOf(structure));
      }
      setShapes(new Map(found));
      if (at < structures.length) timer = setTimeout(piece, 0);
    };
    timer = setTimeout(piece, 0);
    return () => clearTimeout(timer);
  }, [structures]);
  return shapes;
}
