/** One rule beside the table: what it says in a sentence, and what it would do with what is here. */
import { IconAlertTriangle, IconArrowRight, IconBell, IconCircleMinus, IconFlask, IconPencil, IconPhoto, IconTrash } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { listOf, t } from '../../../core/language';
import { jobsAddress } from '../../../domain/jobs';
import { deedsOf, groupWords, sentenceOf, strangers, trialGroups, trialWords, type Deed, type Resting, type Rule, type TrialGroup } from '../../../domain/rules';
import { Icon } from '../../parts/icon';
import { Link } from '../../parts/link';
import { Words } from '../../parts/words';
import type { DryRun } from './use-trial';

interface Props {
  /** As saved, or as it stands in the form. */
  rule: Rule;
  nodes: readonly string[];
  run: DryRun | undefined;
  /** Missing while it is being written: the form has its own buttons. */
  acts?: { onTry: () => void; onEdit: () => void; onRemove: () => void } | undefined;
}

export function RulePanel({ rule, nodes, run, acts }: Props): ReactElement {
  const lost = strangers(rule, nodes);
  const served = [...new Set([...rule.send_to, ...rule.notify])].filter((name) => nodes.includes(name));
  return (
    <aside className="panel listpanel" aria-label={t('Rule')} data-testid="rule-detail">
      <div className="sec pad">
        <h2 className="wraps">{rule.name || t('A new rule')}</h2>
        {!rule.damage && <p className="t2 says" data-testid="rule-sentence">{sentenceOf(rule)}</p>}
        {!rule.enabled && !rule.damage && <p className="says" data-testid="rule-off"><b>{t('It is off.')}</b> {t('Switched on again, it also treats what came meanwhile.')}</p>}
        {lost.length > 0 && (
          <div className="note failed" data-testid="rule-strangers">
            <Icon of={IconAlertTriangle} size="m" />
            <p>{t('{nodes} {n|is|are} not known any more; what goes there fails.', { nodes: listOf(lost), n: lost.length })} <Words text="Change the rule, or {add}." with={{ add: <Link to="/nodes">{t('add the node again')}</Link> }} /></p>
          </div>
        )}
        {acts && rule.damage && <Trouble testid="rule-damage">{t('This rule cannot be read and does nothing: {why} Write it anew, or remove it.', { why: rule.damage })}</Trouble>}
        {acts && !rule.damage && (rule.resting ?? []).slice(0, MOST_RESTING).map((one, i) => <Trouble key={i} testid="rule-resting">{restingWords(one)}</Trouble>)}
        {acts && (
          <div className="row acts2">
            <button className="btn" disabled={run && !run.trials} onClick={acts.onTry} data-testid="detail-try"><Icon of={IconFlask} size="m" />{t('Try it')} <kbd>T</kbd></button>
            <button className="btn" onClick={acts.onEdit} data-testid="rule-edit"><Icon of={IconPencil} size="m" />{t('Change')}</button>
          </div>
        )}
      </div>
      <div className="scrolls">
        {run && <WouldDo rule={rule} nodes={nodes} run={run} />}
        {acts && served.length > 0 && (
          <div className="sec">
            <div className="hd">{t('Jobs of its nodes')}</div>
            {served.map((node) => <div className="li plainline" key={node}><Link to={jobsAddress({ show: 'all', node }, null)}>{node}</Link></div>)}
          </div>
        )}
        {acts && <div className="pad"><button className="btn plain" onClick={acts.onRemove} data-testid="rule-remove"><Icon of={IconTrash} size="m" />{t('Remove')} <kbd>Del</kbd></button></div>}
      </div>
    </aside>
  );
}

const MOST_RESTING = 5;

function Trouble({ testid, children }: { testid: string; children: string }): ReactElement {
  return (
    <div className="note failed" data-testid={testid}>
      <Icon of={IconAlertTriangle} size="m" />
      <p>{children}</p>
    </div>
  );
}

function restingWords({ study_uid, series_uid, until, why }: Resting): string {
  const time = until ? new Date(until).toLocaleTimeString() : '–';
  const uid = series_uid ?? study_uid;
  return uid ? t('{uid} rests until {time}: {why}', { uid, time, why }) : t('The rule rests until {time}: {why}', { time, why });
}

function WouldDo({ rule, nodes, run }: { rule: Rule; nodes: readonly string[]; run: DryRun }): ReactElement {
  const { trials } = run;
  return (
    <div className="sec" data-testid="trials">
      <div className="hd">{t('What it would do')}</div>
      <div className="pad trialhead" role="status">
        {trials ? <><b data-testid="trial-count">{trialWords(trials, rule.level)}</b> {t('Nothing was done: it was only tried.')}</> : t('The archive is being searched.')}
      </div>
      {trialGroups(trials ?? []).map((group, i) => <GroupLines key={i} group={group} rule={rule} nodes={nodes} />)}
    </div>
  );
}

const ICONS: Record<Deed['kind'], [typeof IconTrash, string]> = {
  send: [IconArrowRight, 't1'], notify: [IconBell, 't1'], prepare: [IconPhoto, 't1'], 'left out': [IconCircleMinus, 't3'], lost: [IconAlertTriangle, 'c-failed'], nothing: [IconCircleMinus, 't3'],
};

function GroupLines({ group, rule, nodes }: { group: TrialGroup; rule: Rule; nodes: readonly string[] }): ReactElement {
  const { trial } = group;
  return (
    <div className="li trial" title={t('Study {uid}', { uid: trial.study_uid })} data-testid="trial" data-study-uid={trial.study_uid} data-count={group.count}>
      <span className="row">
        <span className="b wraps grow" data-testid="trial-subject">{trial.subject}</span>
        <span className="t3 nowrap">{groupWords(group, rule.level)}</span>
      </span>
      {deedsOf(trial, rule, nodes).map(({ kind, words }) => {
        const [icon, colour] = ICONS[kind];
        return (
          <span className={`row gap6 ${colour}`} key={kind} data-testid="trial-deed" data-kind={kind}>
            <Icon of={icon} size="s" />
            <span className="wraps">{words}</span>
          </span>
        );
      })}
    </div>
  );
}
