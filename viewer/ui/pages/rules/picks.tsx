/** Some of the known nodes: one place for Tab, arrows go from one to the next, Space chooses. */
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { Icon } from '../../parts/icon';

interface Props {
  label: string;
  known: readonly string[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  testid: string;
}

export function Picks({ label, known, chosen, onChange, testid }: Props): ReactElement {
  const [at, setAt] = useState(0);
  const group = useRef<HTMLDivElement>(null);
  const names = [...known, ...chosen.filter((name) => !known.includes(name))];
  const focused = Math.min(at, names.length - 1);
  const toggle = (name: string) => onChange(names.filter((n) => (n === name ? !chosen.includes(n) : chosen.includes(n))));
  const onKey = (e: KeyboardEvent) => {
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -1e9, End: 1e9 }[e.key];
    if (move === undefined) return;
    const next = Math.min(Math.max(focused + move, 0), names.length - 1);
    setAt(next);
    group.current?.querySelectorAll('button')[next]?.focus();
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div className="row wrap gap6 picks" role="group" aria-label={label} ref={group} onKeyDown={onKey} data-testid={testid}>
      {names.map((name, i) => {
        const on = chosen.includes(name);
        const stranger = !known.includes(name);
        return (
          <button key={name} type="button" role="checkbox" aria-checked={on} tabIndex={i === focused ? 0 : -1} className={`chip ${on ? 'on' : ''} ${stranger ? 'c-failed' : ''}`} title={stranger ? t('{name} is not known any more', { name }) : name} onFocus={() => setAt(i)} onClick={() => toggle(name)} data-testid="pick" data-node={name}>
            {stranger ? <Icon of={IconAlertTriangle} size="s" /> : <span className={`ck ${on ? 'on' : ''}`}>{on && <Icon of={IconCheck} size="s" />}</span>}
            <span className="clip">{name}</span>
            {stranger && t('not known')}
          </button>
        );
      })}
    </div>
  );
}
