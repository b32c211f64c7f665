/** Printing what hangs in a viewport: a copy of the document alone stands on the paper (style.css), whoever asks the browser to print. */
import { useEffect, useRef, type RefObject } from 'react';

/** drawAll: puts what is not drawn yet into the document. */
export function usePrintout(document_: RefObject<HTMLElement | null>, isMeant: () => boolean, drawAll?: () => void): void {
  const meant = useRef(isMeant);
  useEffect(() => {
    meant.current = isMeant;
  });
  useEffect(() => {
    let copy: HTMLElement | undefined;
    const end = () => {
      copy?.remove();
      copy = undefined;
    };
    const begin = () => {
      end();
      if (!document_.current || !meant.current()) return;
      drawAll?.();
      copy = document.createElement('div');
      copy.className = 'printout';
      copy.append(document_.current.cloneNode(true));
      document.body.append(copy);
    };
    window.addEventListener('beforeprint', begin);
    window.addEventListener('afterprint', end);
    return () => {
      end();
      window.removeEventListener('beforeprint', begin);
      window.removeEventListener('afterprint', end);
    };
  }, [document_, drawAll]);
}
