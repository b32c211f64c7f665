/** A canvas of screen pixels that fills an element, which the keyboard reaches. */
import { useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { SharpCanvas } from './canvas';

/** `canvas` is there from the second rendering on; `resized` is another number after each change of its size, which empties it. */
export function useSharpCanvas(): { host: RefObject<HTMLDivElement | null>; canvas: SharpCanvas | undefined; resized: number } {
  const host = useRef<HTMLDivElement>(null);
  const [canvas, setCanvas] = useState<SharpCanvas>();
  const [resized, setResized] = useState(0);
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const made = new SharpCanvas(element, () => setResized((n) => n + 1));
    element.tabIndex = 0;
    setCanvas(made);
    return () => made.close();
  }, []);
  return { host, canvas, resized };
}
