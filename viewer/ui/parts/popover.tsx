import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';

interface Props {
  open: boolean;
  onClose: () => void;
  button: ReactNode;
  children: ReactNode;
  align?: 'left' | 'right';
}

/** A button with a panel under it; closes on Esc and on a press elsewhere. */
export function Popover({ open, onClose, button, children, align = 'right' }: Props): ReactElement {
  const host = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const onDown = (e: PointerEvent) => {
      if (!host.current?.contains(e.target as Node)) onClose();
    };
    const onKey = (e: KeyboardEvent) => {
      if (e.key !== 'Escape') return;
      e.stopPropagation();
      onClose();
      host.current?.querySelector('button')?.focus();
    };
    window.addEventListener('pointerdown', onDown, true);
    window.addEventListener('keydown', onKey, true);
    return () => {
      window.removeEventListener('pointerdown', onDown, true);
      window.removeEventListener('keydown', onKey, true);
    };
  }, [open, onClose]);
  return (
    <span className="pop" ref={host}>
      {button}
      {open && <div className={`popbody ${align}`}>{children}</div>}
    </span>
  );
}
