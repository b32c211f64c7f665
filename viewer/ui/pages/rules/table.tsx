/** The rules, one a line. */
import { IconAlertTriangle } from '@tabler/icons-react';
import { Fragment, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { keyWords, watchWords, type Rule } from '../../../domain/rules';
import { Icon } from '../../parts/icon';

interface Props {
  rules: readonly Rule[];
  nodes: readonly string[];
  current: Rule | undefined;
  onCursor: (name: string) => void;
  onEdit: (rule: Rule) => void;
  onSwitch: (rule: Rule) => void;
}

export function RuleTable({ rules, nodes, current, onCursor, onEdit, onSwitch }: Props): ReactElement {
  return (
    <div className="tbl card rules" role="grid" aria-label={t('Rules')} tabIndex={0} aria-activedescendant={current && 'rule-row'} data-testid="rules">
      <div className="tr th" role="row">
        {[t('On'), t('Name'), t('Watches'), t('Which'), t('Sends to'), t('Tells'), t('Prepares')].map((label) => <span role="columnheader" key={label}>{label}</span>)}
      </div>
      {rules.map((rule) => {
        const on = rule.name === current?.name;
        const which = keyWords(rule.keys);
        return (
          <div key={rule.name} id={on ? 'rule-row' : undefined} className={`tr ${on ? 'on cur' : ''} ${rule.enabled ? '' : 'off'}`} role="row" aria-selected={on} onClick={() => onCursor(rule.name)} onDoubleClick={() => onEdit(rule)} data-testid="rule" data-rule={rule.name} ref={(e) => void (on && e?.scrollIntoView({ block: 'nearest' }))}>
            <span role="gridcell">
              <button className="switch row" role="switch" aria-checked={rule.enabled} aria-label={t('{name} is on', { name: rule.name })} title={rule.enabled ? t('On') : t('Off')} tabIndex={-1} onClick={() => onSwitch(rule)} onDoubleClick={(e) => e.stopPropagation()} data-testid="rule-switch">
                <span className={`sw ${rule.enabled ? 'on' : ''}`} />
              </button>
            </span>
            <span role="gridcell" className="b" title={rule.name}>{rule.name}</span>
            <span role="gridcell" className="t2">{watchWords(rule)}</span>
            <span role="gridcell" className={which ? 't2' : 't3'} title={which}>{which || t('everything')}</span>
            <Names names={rule.send_to} nodes={nodes} />
            <Names names={rule.notify} nodes={nodes} />
            <span role="gridcell" className="t2">{rule.prepare ? t('yes') : ''}</span>
          </div>
        );
      })}
    </div>
  );
}

/** Those that are not known any more carry a triangle. */
function Names({ names, nodes }: { names: readonly string[]; nodes: readonly string[] }): ReactElement {
  return (
    <span role="gridcell" className="t2" title={names.map((name) => (nodes.includes(name) ? name : t('{name} is not known any more', { name }))).join('\n')}>
      {names.map((name, i) => (
        <Fragment key={name}>
          {i > 0 && ', '}
          {nodes.includes(name) ? name : <span className="c-failed inline" data-testid="stranger"><Icon of={IconAlertTriangle} size="s" />{name}</span>}
        </Fragment>
      ))}
    </span>
  );
}
