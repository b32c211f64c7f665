/** Nodes: the archives, modalities and workstations that are known here; adding, changing, removing. */
import { IconPlus, IconRefresh } from '@tabler/icons-react';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { echoTime, knownWords, testedAt, verdictOf } from '../../../domain/examination';
import { addressOf, allowedWords, type Node } from '../../../domain/nodes';
import { may } from '../../../domain/server';
import { useJobsWatch } from '../../jobs-watch';
import { ForAdministrators, ListFrame, type PageProps } from '../../panels/list-frame';
import { useMedia } from '../../parts/browser';
import { Icon } from '../../parts/icon';
import { Lost, NotYet, useListing, type Listing } from '../../parts/listing';
import { OutcomeIcon } from '../../parts/outcome-icon';
import { useRemoval } from '../../parts/removal';
import { Say } from '../../parts/say';
import { httpServer } from '../../server/http-server';
import { NodeDetail } from './detail';
import { NodeForm } from './form';
import { useTests, type Tests } from './use-tests';

const KEYS: [string, string][] = [
  ['↑ ↓', t('move')],
  ['Home End', t('first and last')],
  ['A', t('add a node')],
  ['Enter', t('change it')],
  ['T', t('test it')],
  ['Shift T', t('test all')],
  ['Del', t('remove it')],
  ['Ctrl Z', t('bring back what was removed')],
  ['Esc', t('leave the form')],
  ['?', t('this')],
];

export default function NodesPage(props: PageProps): ReactElement {
  useEffect(() => {
    document.title = `${t('Nodes')} · Reading Room`;
  }, []);
  return may(props.session, 'administrator') ? <Book {...props} /> : <ForAdministrators {...props} page="nodes" keys={KEYS} title={t('Nodes are kept by administrators.')} />;
}

/** What is written: nothing, a new node, or a known one. */
type Writing = { node: Node | undefined } | undefined;

function Book({ session, onLogout, onExpired }: PageProps): ReactElement {
  const list = useListing(httpServer.nodes, onExpired);
  const tests = useTests(onExpired);
  const watch = useJobsWatch(session, onExpired);
  const phone = useMedia('(max-width: 640px)');
  const [cursor, setCursor] = useState('');
  const [writing, setWriting] = useState<Writing>();
  const nodes = list.known ?? [];
  const at = Math.max(nodes.findIndex((node) => node.name === cursor), 0);
  const current = nodes[at];
  const { look } = list;

  const { refused, remove, bringBack, toast } = useRemoval<Node>({
    remove: (node) => httpServer.removeNode(node.name),
    add: httpServer.addNode,
    onBack: (node) => setCursor(node.name),
    look,
    onExpired,
    testid: 'node-undo',
  });
  const saved = (node: Node) => {
    setWriting(undefined);
    setCursor(node.name);
    look();
  };

  const onKey = (e: KeyboardEvent): boolean => {
    if (e.ctrlKey || e.metaKey) {
      if (e.key.toLowerCase() !== 'z' || !bringBack) return false;
      bringBack();
      return true;
    }
    const move = { ArrowDown: 1, ArrowUp: -1, Home: -1e9, End: 1e9 }[e.key];
    if (move !== undefined) setCursor(nodes[Math.min(Math.max(at + move, 0), nodes.length - 1)]?.name ?? '');
    else if (e.key === 'T') tests.testAll(nodes.map((node) => node.name));
    else if (e.key === 't' && current) tests.test(current.name);
    else if (e.key.toLowerCase() === 'a') setWriting({ node: undefined });
    else if (e.key === 'Enter' && current && !writing) setWriting({ node: current });
    else if (e.key === 'Delete' && current && !writing) remove(current);
    else if (e.key === 'Escape') setWriting(undefined);
    else return false;
    return true;
  };

  const detail = current && <NodeDetail key={current.name} node={current} server={session.server} working={watch.working} test={tests.of.get(current.name)} onTest={() => tests.test(current.name)} onEdit={(node) => setWriting({ node })} onRemove={remove} />;
  const { server } = session;
  const foot = (
    <>
      <span>{server && t('We answer as {title} on {port}, and at /dicom-web', { title: server.ae_title, port: String(server.dicom_port) })}</span>
      <span className="grow" />
      <span className="keyhints"><kbd>↑</kbd><kbd>↓</kbd> {t('move')} <kbd>T</kbd> {t('test')} <kbd>A</kbd> {t('add')} <kbd>Enter</kbd> {t('change')} <kbd>Del</kbd> {t('remove')}</span>
    </>
  );
  return (
    <ListFrame session={session} onLogout={onLogout} page="nodes" watch={watch} keys={KEYS} onKey={onKey} panel={phone && writing ? undefined : detail} foot={foot} toast={toast}>
      <div className="title">
        <h1>{t('Nodes')}</h1>
        <span className="t2" data-testid="known">{list.known && knownWords(nodes.length, nodes.map((node) => verdictOf(tests.of.get(node.name))))}</span>
        <span className="grow" />
        {nodes.length > 0 && <button className="btn" disabled={tests.busy} onClick={() => tests.testAll(nodes.map((node) => node.name))} data-testid="test-all"><Icon of={IconRefresh} size="m" />{t('Test all')}</button>}
        {!writing && <button className="btn primary" onClick={() => setWriting({ node: undefined })} data-testid="node-add"><Icon of={IconPlus} size="m" />{t('Add')}</button>}
      </div>
      {refused && <div className="note failed" role="alert" data-testid="refused"><p>{refused}</p></div>}
      <Lost list={list} />
      <Table list={list} tests={tests} current={current} onCursor={setCursor} onEdit={(node) => setWriting({ node })} />
      {writing && <NodeForm key={writing.node?.name ?? ''} node={writing.node} onSaved={saved} onCancel={() => setWriting(undefined)} onExpired={onExpired} />}
    </ListFrame>
  );
}

interface TableProps {
  list: Listing<readonly Node[]>;
  tests: Tests;
  current: Node | undefined;
  onCursor: (name: string) => void;
  onEdit: (node: Node) => void;
}

function Table({ list, tests, current, onCursor, onEdit }: TableProps): ReactElement | null {
  const grid = useRef<HTMLDivElement>(null);
  if (!list.known) return <NotYet list={list} table="nodes" widths={[70, 60, 80, 40, 60, 50, 30, 30]} />;
  if (!list.known.length) return <Say title={t('No node is known yet.')} detail={t('Add the archives and workstations that images are sent to, and the modalities that may send to us.')} />;
  return (
    <div className="tbl card nodes" role="grid" aria-label={t('Nodes')} tabIndex={0} aria-activedescendant={current && 'node-row'} ref={grid} data-testid="nodes">
      <div className="tr th" role="row">
        {[t('Name'), t('AE title'), t('Address'), t('Speaks'), t('It may'), t('Last test'), t('Echo'), t('At')].map((label) => <span role="columnheader" key={label}>{label}</span>)}
      </div>
      {list.known.map((node) => {
        const on = node.name === current?.name;
        const test = tests.of.get(node.name);
        const verdict = verdictOf(test);
        return (
          <div key={node.name} id={on ? 'node-row' : undefined} className={`tr ${on ? 'on cur' : ''}`} role="row" aria-selected={on} onClick={() => onCursor(node.name)} onDoubleClick={() => onEdit(node)} data-testid="node" data-node={node.name} ref={(e) => void (on && e?.scrollIntoView({ block: 'nearest' }))}>
            <span role="gridcell" className="b" title={node.name}>{node.name}</span>
            <span role="gridcell" className="mono t2">{node.ae_title}</span>
            <span role="gridcell" className="t2" title={addressOf(node)}>{addressOf(node)}</span>
            <span role="gridcell" className="t2">{node.tls ? 'DIMSE, TLS' : 'DIMSE'}</span>
            <span role="gridcell" className="t2" title={allowedWords(node)}>{allowedWords(node)}</span>
            <span role="gridcell" className="row gap6" data-testid="verdict" data-outcome={verdict.outcome} title={verdict.words}>
              <OutcomeIcon outcome={verdict.outcome} />
              <span className={`clip ${verdict.outcome === 'failed' ? 'c-failed' : verdict.outcome === 'not tried' ? 't3' : ''}`}>{verdict.words}</span>
            </span>
            <span role="gridcell" className="t3">{echoTime(test)}</span>
            <span role="gridcell" className="t3">{testedAt(test, new Date())}</span>
          </div>
        );
      })}
    </div>
  );
}
