/** Rules: what is done by itself with what arrives. Which rule is selected or written stands in the address. */
import { IconPlus } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { bookWords, draftOf, exampleRule, NEW_RULE, placed, readPlace, ruleOf, rulesAddress, sentenceOf, type Rule, type RuleDraft, type RulesPlace } from '../../../domain/rules';
import { may, ServerError } from '../../../domain/server';
import { useJobsWatch } from '../../jobs-watch';
import { ForAdministrators, ListFrame, type PageProps } from '../../panels/list-frame';
import { useMedia } from '../../parts/browser';
import { Icon } from '../../parts/icon';
import { Lost, NotYet, useListing } from '../../parts/listing';
import { useRemoval } from '../../parts/removal';
import { Say } from '../../parts/say';
import { navigate } from '../../router';
import { httpServer } from '../../server/http-server';
import { RuleForm } from './form';
import { RulePanel } from './panel';
import { RuleTable } from './table';
import { useTrial } from './use-trial';

interface Props extends PageProps {
  search: string;
}

const KEYS: [string, string][] = [
  ['↑ ↓', t('move')],
  ['Home End', t('first and last')],
  ['A', t('add a rule')],
  ['Enter', t('change it')],
  ['Space', t('switch it on or off')],
  ['T', t('try it: nothing is done')],
  ['Ctrl Enter', t('try what stands in the form')],
  ['Del', t('remove it')],
  ['Ctrl Z', t('bring back what was removed')],
  ['Esc', t('leave the form')],
  ['?', t('this')],
];

export default function RulesPage(props: Props): ReactElement {
  useEffect(() => {
    document.title = `${t('Rules')} · Reading Room`;
  }, []);
  return may(props.session, 'administrator') ? <Book {...props} /> : <ForAdministrators {...props} page="rules" keys={KEYS} title={t('Rules are kept by administrators.')} />;
}

async function rulesAndNodes(signal: AbortSignal): Promise<{ rules: readonly Rule[]; nodes: readonly string[] }> {
  const [rules, nodes] = await Promise.all([httpServer.rules(signal), httpServer.nodes(signal)]);
  return { rules, nodes: nodes.map((node) => node.name) };
}

/** What somebody has typed. of: the form it belongs to; it is kept while another rule is looked at. */
interface Edited {
  of: string;
  draft: RuleDraft;
}

interface Refusal {
  of: RuleDraft;
  error: Error;
}

const same = (a: RuleDraft, b: RuleDraft) => JSON.stringify(a) === JSON.stringify(b);

function Book({ session, search, onLogout, onExpired }: Props): ReactElement {
  const list = useListing(rulesAndNodes, onExpired);
  const watch = useJobsWatch(session, onExpired);
  const phone = useMedia('(max-width: 640px)');
  const place = useMemo(() => readPlace(search), [search]);
  const [edited, setEdited] = useState<Edited>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  const { look } = list;
  const { rules = [], nodes = [] } = list.known ?? {};
  const at = Math.max(rules.findIndex((rule) => rule.name === place.rule), 0);
  const current = rules[at];

  const go = (to: RulesPlace) => navigate(rulesAddress(to), true);
  const write = (rule: Rule | undefined) => go(rule ? { rule: rule.name, writing: 'change' } : { rule: place.rule, writing: 'new' });
  const leave = () => {
    setEdited(undefined);
    go({ ...place, writing: '' });
  };
  const changed = place.writing === 'change' ? current : undefined;
  const form = !list.known || (place.writing === 'change' && !current) ? '' : changed ? `change ${changed.name}` : place.writing;
  const draft = form === '' ? undefined : edited?.of === form ? edited.draft : changed ? draftOf(changed) : NEW_RULE;

  const refuse = useCallback(
    (of: RuleDraft, error: unknown) => {
      if (error instanceof ServerError && error.status === 401) return onExpired();
      setRefusal({ of, error: error instanceof Error ? error : new Error(String(error)) });
    },
    [onExpired],
  );
  const trial = useTrial(refuse);
  const attemptTrial = (of: RuleDraft) => {
    setRefusal(undefined);
    trial.run(of);
  };
  const { refused, attempt, remove, bringBack, toast } = useRemoval<Rule>({
    remove: (rule) => httpServer.removeRule(rule.name),
    add: httpServer.addRule,
    onBack: (rule) => go({ rule: rule.name, writing: '' }),
    look,
    onExpired,
    testid: 'rule-undo',
  });
  const save = (of: RuleDraft) => {
    setBusy(true);
    setRefusal(undefined);
    const asked = changed ? httpServer.changeRule(changed.name, ruleOf(of)) : httpServer.addRule(ruleOf(of));
    asked.then((rule) => {
      setEdited(undefined);
      go({ rule: rule.name, writing: '' });
      look();
    }, (e: unknown) => refuse(of, e)).finally(() => setBusy(false));
  };
  const flip = (rule: Rule) => attempt(httpServer.changeRule(rule.name, { ...rule, enabled: !rule.enabled }));

  const onKey = (e: KeyboardEvent): boolean => {
    if (e.ctrlKey || e.metaKey) {
      if (e.key.toLowerCase() !== 'z' || !bringBack) return false;
      bringBack();
      return true;
    }
    if (e.key === 'Escape') {
      if (draft) leave();
      return Boolean(draft);
    }
    if (draft) return false;
    const move = { ArrowDown: 1, ArrowUp: -1, Home: -1e9, End: 1e9 }[e.key];
    if (move !== undefined) {
      const next = rules[Math.min(Math.max(at + move, 0), rules.length - 1)];
      if (next && next !== current) go({ rule: next.name, writing: '' });
    } else if (e.key.toLowerCase() === 'a') write(undefined);
    else if (!current) return false;
    else if (e.key.toLowerCase() === 't') attemptTrial(draftOf(current));
    else if (e.key === 'Enter') write(current);
    else if (e.key === ' ') flip(current);
    else if (e.key === 'Delete') remove(current);
    else return false;
    return true;
  };

  const shown = draft ?? (current && draftOf(current));
  const told = refusal && shown && same(refusal.of, shown) ? refusal : undefined;
  const panel = shown && (
    <RulePanel
      rule={ruleOf(shown)}
      nodes={nodes}
      run={trial.of(shown)}
      acts={draft || !current ? undefined : { onTry: () => attemptTrial(draftOf(current)), onEdit: () => write(current), onRemove: () => remove(current) }}
    />
  );
  const foot = (
    <>
      <span>{t('What rules order stands on the page Jobs.')}</span>
      <span className="grow" />
      <span className="keyhints"><kbd>↑</kbd><kbd>↓</kbd> {t('move')} <kbd>Space</kbd> {t('on or off')} <kbd>T</kbd> {t('try')} <kbd>A</kbd> {t('add')} <kbd>Enter</kbd> {t('change')} <kbd>Del</kbd> {t('remove')}</span>
    </>
  );
  return (
    <ListFrame session={session} onLogout={onLogout} page="rules" watch={watch} keys={KEYS} onKey={onKey} panel={phone && draft && !trial.of(draft) ? undefined : panel} foot={foot} toast={toast}>
      <div className="title">
        <h1>{t('Rules')}</h1>
        <span className="t2" data-testid="known">{list.known && bookWords(rules, nodes)}</span>
        <span className="grow" />
        {!draft && <button className="btn primary" onClick={() => write(undefined)} data-testid="rule-add"><Icon of={IconPlus} size="m" />{t('Add')}</button>}
      </div>
      {refused && <div className="note failed" role="alert" data-testid="refused"><p>{refused}</p></div>}
      {told && !draft && <div className="note failed" role="alert" data-testid="refused"><p>{told.error.message}</p></div>}
      <Lost list={list} />
      {!list.known && <NotYet list={list} table="rules" widths={[80, 70, 80, 60, 60, 50, 40]} />}
      {list.known && rules.length === 0 && !draft && <Nothing nodes={nodes} onExample={(example) => {
        setEdited({ of: 'new', draft: example });
        write(undefined);
      }} />}
      {rules.length > 0 && <RuleTable rules={rules} nodes={nodes} current={current} onCursor={(rule) => go({ rule, writing: '' })} onEdit={write} onSwitch={flip} />}
      {draft && (
        <RuleForm
          key={form}
          rule={changed}
          draft={draft}
          nodes={nodes}
          refused={told && { words: told.error.message, faults: told.error instanceof ServerError ? placed(draft, told.error.status, told.error.message, told.error.facts) : undefined }}
          busy={busy}
          onDraft={(next) => setEdited({ of: form, draft: next })}
          onSave={() => save(draft)}
          onTry={() => attemptTrial(draft)}
          onCancel={leave}
        />
      )}
    </ListFrame>
  );
}

/** What a rule is, by an example that can be taken over. */
function Nothing({ nodes, onExample }: { nodes: readonly string[]; onExample: (example: RuleDraft) => void }): ReactElement {
  const example = exampleRule(nodes);
  return (
    <Say title={t('There is no rule yet.')} detail={t('A rule does something by itself with what arrives: it sends it to other nodes, tells them that it is here, or prepares it for reading.')}>
      <div className="col example">
        <span className="t3">{t('For example')}</span>
        <span className="t1">{sentenceOf(ruleOf(example))}</span>
        <button className="btn" onClick={() => onExample(example)} data-testid="rule-example">{t('Start from this example')}</button>
      </div>
    </Say>
  );
}
