/** An icon never stands without its name: label for readers, tip after 400 ms with the key and a line of help. */
import { useRef, useState, type ComponentType, type ReactElement } from 'react';
import { Icon } from './icon';
import { useRest, type Rest } from './use-rest';

interface Props {
  label: string;
  icon: ComponentType<{ size?: number | string; stroke?: number | string; className?: string }>;
  onClick: () => void;
  hint?: string | undefined;
  help?: string | undefined;
  on?: boolean;
  disabled?: boolean;
  /** Not possible here; `help` says why. It can be pressed, to be told. */
  dim?: boolean;
  /** Tip to the right of the button instead of below it. */
  beside?: boolean;
  low?: boolean;
  /** More words when the pointer rests on it, or a finger is held. */
  rest?: Rest | undefined;
  testid?: string;
}

const TIP_DELAY = 400;

export function IconButton({ label, icon, onClick, hint, help, on, disabled, dim, beside, low, rest, testid }: Props): ReactElement {
  const [tip, setTip] = useState<{ left: number; top: number }>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const button = useRef<HTMLButtonElement>(null);
  const resting = useRest(rest);
  const show = () => {
    const box = button.current?.getBoundingClientRect();
    if (box) setTip(beside ? { left: box.right + 6, top: box.top + 2 } : { left: box.left, top: box.bottom + 6 });
  };
  const hide = () => {
    clearTimeout(timer.current);
    setTip(undefined);
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={`ib ${on ? 'on' : ''} ${low ? 'lo' : ''} ${dim ? 'dim' : ''}`}
        aria-disabled={dim || undefined}
        aria-label={label}
        aria-description={dim ? help : undefined}
        aria-pressed={on}
        disabled={disabled}
        data-testid={testid}
        onClick={() => {
          hide();
          onClick();
        }}
        {...resting}
        onPointerEnter={(e) => {
          resting.onPointerEnter?.(e);
          if (e.pointerType === 'mouse') timer.current = setTimeout(show, TIP_DELAY);
        }}
        onPointerLeave={() => {
          resting.onPointerLeave?.();
          hide();
        }}
        onFocus={(e) => e.target.matches(':focus-visible') && show()}
        onBlur={hide}
      >
        <Icon of={icon} />
      </button>
      {tip && (
        <span className="tip fixed" style={tipPlace(tip)} role="tooltip">
          {label} {hint && <kbd>{hint}</kbd>} {help && <span className="t3">{help}</span>}
        </span>
      )}
    </>
  );
}

/** Tips near the right edge grow to the left. */
function tipPlace({ left, top }: { left: number; top: number }) {
  return left > window.innerWidth - 240 ? { right: window.innerWidth - left - 28, top } : { left, top };
}
