import type { ReactElement, ReactNode } from 'react';
import { navigate } from '../router';

interface Props {
  to: string;
  children: ReactNode;
  className?: string | undefined;
  current?: boolean;
  testid?: string;
}

/** A real link that does not load the app anew; other buttons and keys open it as any link. */
export function Link({ to, children, className, current, testid }: Props): ReactElement {
  return (
    <a
      href={to}
      className={className}
      aria-current={current ? 'page' : undefined}
      data-testid={testid}
      onClick={(e) => {
        if (e.button !== 0 || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
        e.preventDefault();
        if (!current) navigate(to);
      }}
    >
      {children}
    </a>
  );
}
