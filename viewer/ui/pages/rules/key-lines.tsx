/** What the rule asks of what arrives: lines of an attribute and a value. All must hold. */
import { IconPlus, IconX } from '@tabler/icons-react';
import { useRef, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { splitKey, usualAt, usualAttribute, withKey, type DraftKey, type RuleDraft, type RuleFaults } from '../../../domain/rules';
import { IconButton } from '../../parts/icon-button';
import { Icon } from '../../parts/icon';

interface Props {
  draft: RuleDraft;
  faults: RuleFaults;
  onKeys: (keys: DraftKey[]) => void;
}

const OTHER = '';

export function KeyLines({ draft, faults, onKeys }: Props): ReactElement {
  const lines = useRef<HTMLDivElement>(null);
  // Only a line that somebody asks for takes the focus.
  const fresh = useRef(-1);
  const change = (id: number, changed: Partial<DraftKey>) => onKeys(draft.keys.map((key) => (key.id === id ? { ...key, ...changed } : key)));
  const add = () => {
    const keys = withKey(draft);
    fresh.current = keys.at(-1)?.id ?? -1;
    onKeys(keys);
  };
  const remove = (id: number) => {
    onKeys(draft.keys.filter((key) => key.id !== id));
    lines.current?.querySelector<HTMLElement>('[data-testid="rule-key-add"]')?.focus();
  };
  return (
    <div className="col keylines" ref={lines}>
      {draft.keys.map((key) => (
        <KeyLine key={key.id} line={key} draft={draft} fault={faults.keys.get(key.id) ?? ''} fresh={key.id === fresh.current} onChange={(changed) => change(key.id, changed)} onRemove={() => remove(key.id)} />
      ))}
      <div className="row wrap">
        <button type="button" className="btn" onClick={add} data-testid="rule-key-add"><Icon of={IconPlus} size="m" />{draft.keys.length ? t('And') : t('Only with')}</button>
        <span className="hint">{draft.keys.length ? t('* and ? stand for any text, a backslash stands between several values') : t('Without a condition it acts on everything that arrives')}</span>
      </div>
    </div>
  );
}

interface LineProps {
  line: DraftKey;
  draft: RuleDraft;
  fault: string;
  fresh: boolean;
  onChange: (changed: Partial<DraftKey>) => void;
  onRemove: () => void;
}

function KeyLine({ line, draft, fault, fresh, onChange, onRemove }: LineProps): ReactElement {
  const usual = usualAttribute(line.attribute);
  const offered = usualAt(draft.level);
  const hint = `key-hint-${line.id}`;
  // A whole key may be pasted into either field.
  const typed = (field: 'attribute' | 'value', text: string) => onChange(field === 'attribute' && text.includes('=') ? splitKey(text) : { [field]: text });
  return (
    <div className="col keyline" data-testid="rule-key">
      <div className="row">
        <select className="field" aria-label={t('Attribute')} value={usual?.keyword ?? OTHER} onChange={(e) => onChange({ attribute: e.target.value })} data-testid="key-usual">
          {usual && !offered.includes(usual) && <option value={usual.keyword}>{usual.name}</option>}
          {offered.map((one) => <option key={one.keyword} value={one.keyword}>{one.name}</option>)}
          <option value={OTHER}>{t('Another attribute')}</option>
        </select>
        {!usual && <input className={`field ${fault ? 'bad' : ''}`} value={line.attribute} placeholder={t('SliceThickness or 0018,0050')} spellCheck={false} autoComplete="off" autoCapitalize="none" aria-label={t('Keyword or tag')} aria-invalid={Boolean(fault)} aria-describedby={hint} onChange={(e) => typed('attribute', e.target.value)} data-testid="key-attribute" />}
        <input className={`field ${fault ? 'bad' : ''}`} value={line.value} placeholder={usual && t('for example {value}', { value: usual.example })} autoFocus={fresh} spellCheck={false} autoComplete="off" autoCapitalize="none" aria-label={t('Value')} aria-invalid={Boolean(fault)} aria-describedby={hint} onChange={(e) => typed('value', e.target.value)} data-testid="key-value" />
        <IconButton label={t('Remove this condition')} icon={IconX} onClick={onRemove} testid="key-remove" />
      </div>
      <span className="hint c-failed" id={hint} data-testid="key-fault">{fault}</span>
    </div>
  );
}
