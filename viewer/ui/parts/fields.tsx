/** Fields of forms. */
import type { ReactElement, ReactNode } from 'react';

export function Switch({ on, onChange, testid, children }: { on: boolean; onChange: (on: boolean) => void; testid: string; children: ReactNode }): ReactElement {
  return (
    <button type="button" className="row switch" role="switch" aria-checked={on} onClick={() => onChange(!on)} data-testid={testid}>
      <span className={`sw ${on ? 'on' : ''}`} />
      {children}
    </button>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  choices: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
  testid: string;
}

export function Choice<T extends string>(props: ChoiceProps<T>): ReactElement {
  return (
    <span className="row">
      {props.label}
      <Segments {...props} />
    </span>
  );
}

/** The same where the label stands elsewhere. */
export function Segments<T extends string>({ label, value, choices, onChange, testid }: ChoiceProps<T>): ReactElement {
  return (
    <span className="segm" role="radiogroup" aria-label={label} data-testid={testid}>
      {choices.map(([choice, words]) => (
        <button key={choice} type="button" role="radio" aria-checked={choice === value} className={choice === value ? 'on' : ''} onClick={() => onChange(choice)}>{words}</button>
      ))}
    </span>
  );
}
