/** A node being written, new or known. What cannot be is said at its field before it is sent. */
import { useLayoutEffect, useRef, useState, type FormEvent, type KeyboardEvent, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { draftOf, faultsOf, NEW_NODE, nodeOf, RIGHTS, type Draft, type Node, type Right } from '../../../domain/nodes';
import { ServerError } from '../../../domain/server';
import { Choice, Switch } from '../../parts/fields';
import { httpServer } from '../../server/http-server';
import { TestResult } from './test-result';
import { useTests } from './use-tests';

interface Props {
  /** The node that is changed; missing for a new one. */
  node: Node | undefined;
  onSaved: (node: Node) => void;
  onCancel: () => void;
  onExpired: () => void;
}

const RIGHT_WORDS: Record<Right, string> = {
  store: t('It may send to us'), query: t('It may search us'), retrieve: t('It may fetch from us'), commit: t('It may ask us to keep images'),
};

type TextField = 'name' | 'ae_title' | 'host' | 'port' | 'most_associations' | 'timeout' | 'allowed_addresses' | 'blacklisted_sop_classes' | 'query_charset' | 'wildcards';

export function NodeForm({ node, onSaved, onCancel, onExpired }: Props): ReactElement {
  const [draft, setDraft] = useState<Draft>(() => (node ? draftOf(node) : NEW_NODE));
  const [left, setLeft] = useState<Partial<Record<TextField, true>>>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const tests = useTests(onExpired);
  const [tested, setTested] = useState<Draft>();
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    form.current?.querySelector('input')?.focus();
    form.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const faults = faultsOf(draft);
  const sound = Object.keys(faults).length === 0;
  const set = (change: Partial<Draft>) => setDraft((d) => ({ ...d, ...change }));
  const save = (e: FormEvent) => {
    e.preventDefault();
    if (!sound || busy) return;
    setBusy(true);
    setError('');
    const asked = node ? httpServer.changeNode(node.name, nodeOf(draft)) : httpServer.addNode(nodeOf(draft));
    asked.then(onSaved, (e: unknown) => {
      if (e instanceof ServerError && e.status === 401) return onExpired();
      setError(e instanceof Error ? e.message : String(e));
    }).finally(() => setBusy(false));
  };
  const test = () => {
    setTested(draft);
    tests.testUnsaved(nodeOf(draft));
  };
  const onKey = (e: KeyboardEvent) => {
    if (e.key !== 'Escape') return;
    e.stopPropagation();
    onCancel();
  };
  const text = (field: TextField, label: string, hint = '', big = true) => {
    const fault = left[field] || draft[field].length > 3 ? faults[field] : '';
    return (
      <label className="f">
        {label}
        <input
          className={`field ${big ? 'big' : ''} ${fault ? 'bad' : ''}`}
          value={draft[field]}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="none"
          inputMode={['port', 'most_associations', 'timeout'].includes(field) ? 'numeric' : undefined}
          aria-invalid={Boolean(fault)}
          aria-describedby={`hint-${field}`}
          onChange={(e) => set({ [field]: e.target.value })}
          onBlur={() => setLeft((l) => ({ ...l, [field]: true }))}
          data-testid={`node-${field}`}
        />
        <span className={`hint ${fault ? 'c-failed' : ''}`} id={`hint-${field}`}>{fault || hint}</span>
      </label>
    );
  };
  return (
    <form className="card listform" ref={form} onSubmit={save} onKeyDown={onKey} aria-label={node ? t('Change {name}', { name: node.name }) : t('Add a node')} data-testid="node-form">
      <div className="hd"><b className="grow clip">{node ? t('Change {name}', { name: node.name }) : t('Add a node')}</b></div>
      <div className="bd col">
        <div className="fm">
          {text('name', t('Name for people'))}
          {text('ae_title', t('AE title'), t('16 characters at most, capitals as they wrote it'))}
          {text('host', t('Address'), t('A host name, or an IPv4 or IPv6 address'))}
          {text('port', t('Port'))}
        </div>
        <div className="row wrap switches">
          <Switch on={draft.tls} onChange={(tls) => set({ tls })} testid="node-tls">TLS</Switch>
          {RIGHTS.map((right) => (
            <Switch key={right} on={draft.rights.includes(right)} onChange={(on) => set({ rights: RIGHTS.filter((r) => (r === right ? on : draft.rights.includes(r))) })} testid={`node-right-${right}`}>
              {RIGHT_WORDS[right]}
            </Switch>
          ))}
        </div>
        <details className="more1">
          <summary data-testid="node-more">{t('How we treat it')}</summary>
          <div className="row wrap switches">
            <Choice label={t('We fetch from it by')} value={draft.retrieve_by} choices={[['get', 'C-GET'], ['move', 'C-MOVE']]} onChange={(retrieve_by) => set({ retrieve_by })} testid="node-retrieve_by" />
            <Choice label={t('When it refuses an image')} value={draft.on_store_failure} choices={[['continue', t('send the others')], ['abort', t('stop')]]} onChange={(on_store_failure) => set({ on_store_failure })} testid="node-on_store_failure" />
            <Switch on={draft.one_association_per_object} onChange={(on) => set({ one_association_per_object: on })} testid="node-one_association_per_object">{t('One association for each image')}</Switch>
          </div>
          <div className="fm three">
            {text('most_associations', t('Transfers at once'), t('0 for no limit'), false)}
            {text('timeout', t('Time-out, seconds'), t('0 for ever'), false)}
            {text('allowed_addresses', t('May call from'), t('Addresses and networks; empty for any'), false)}
            {text('wildcards', t('Searched as *value*'), t('Keywords, such as PatientName'), false)}
            {text('query_charset', t('Character set of searches'), t('Specific Character Set; empty for the smallest that fits'), false)}
            {text('blacklisted_sop_classes', t('Never fetched'), t('SOP Class UIDs'), false)}
          </div>
        </details>
        {error && <div className="note failed" role="alert" data-testid="node-error"><p>{error} {t('Nothing was changed.')}</p></div>}
        {tested === draft && tests.ofUnsaved && <TestResult name={draft.name} test={tests.ofUnsaved} />}
        <div className="row">
          <span className="grow" />
          <button type="button" className="btn" disabled={!sound || tests.busy} onClick={test} data-testid="node-try">{t('Test')}</button>
          <button type="button" className="btn plain" onClick={onCancel}>{t('Cancel')} <kbd>Esc</kbd></button>
          <button className="btn primary" disabled={!sound || busy} data-testid="node-save">{t('Save')} <kbd>Enter</kbd></button>
        </div>
      </div>
    </form>
  );
}
