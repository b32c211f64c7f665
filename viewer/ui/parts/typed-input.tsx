/** Fields of filters: what is typed is shown at once, and taken over when it can be. */
import { useEffect, useState, type ReactElement, type RefObject } from 'react';

interface Props {
  value: string;
  onValue: (v: string) => void;
  label: string;
  testid: string;
}

interface TypedProps extends Props {
  inputRef?: RefObject<HTMLInputElement | null>;
  list?: string;
}

/** Types at full speed; the address follows when the fingers rest. */
export function TypedInput({ value, onValue, label, testid, inputRef, list }: TypedProps): ReactElement {
  const [typed, setTyped, setSent, sent] = useTyped(value);
  useEffect(() => {
    if (typed === sent) return undefined;
    const timer = setTimeout(() => {
      setSent(typed.trim());
      onValue(typed);
    }, 180);
    return () => clearTimeout(timer);
  });
  return <input ref={inputRef} list={list} placeholder={label} aria-label={label} value={typed} spellCheck={false} autoComplete="off" onChange={(e) => setTyped(e.target.value)} data-testid={testid} />;
}

interface CheckedProps extends Props {
  /** After the label, for readers: how it is written. */
  form: string;
  /** What is taken of a text; undefined for one that is not finished or wrong. */
  read: (text: string) => string | undefined;
  /** From how many characters on something unreadable is wrong rather than unfinished. */
  whole: number;
  longest: number;
  /** The keyboard of a phone has digits only. */
  numeric?: boolean;
}

/** Dates and times typed as text: the same for every locale. A half-typed one asks for nothing. */
export function CheckedInput({ value, onValue, label, testid, form, read, whole, longest, numeric }: CheckedProps): ReactElement {
  const [typed, setTyped, setSent] = useTyped(value);
  const taken = (text: string) => (text.trim() ? read(text.trim()) : '');
  const take = (text: string) => {
    setTyped(text);
    const found = taken(text);
    if (found === undefined) return;
    setSent(found);
    if (found !== value) onValue(found);
  };
  return (
    <input
      placeholder={label.toLowerCase()}
      aria-label={`${label}, ${form}`}
      aria-invalid={typed.trim().length >= whole && taken(typed) === undefined}
      inputMode={numeric ? 'numeric' : undefined}
      maxLength={longest}
      value={typed}
      onChange={(e) => take(e.target.value)}
      data-testid={testid}
    />
  );
}

/** What is typed, until the value changes from outside. */
function useTyped(value: string) {
  const [typed, setTyped] = useState(value);
  const [sent, setSent] = useState(value);
  if (value !== sent) {
    setSent(value);
    setTyped(value);
  }
  return [typed, setTyped, setSent, sent] as const;
}
