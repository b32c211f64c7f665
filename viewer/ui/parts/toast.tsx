import { useEffect, type ReactElement, type ReactNode } from 'react';

const SECONDS = 8;

/** One line for eight seconds, about something that can still be undone. Give it a key, so that a new one starts anew. */
export function Toast({ onGone, children }: { onGone: () => void; children: ReactNode }): ReactElement {
  useEffect(() => {
    const timer = setTimeout(onGone, SECONDS * 1000);
    return () => clearTimeout(timer);
  }, [onGone]);
  return <div className="toast" role="status" data-testid="toast">{children}</div>;
}
