/** Nodes: the archives, modalities and workstations that are known here; adding, changing, removing. */
import { IconPlus, IconRefresh } from '@tabler/icons-react';
import { useCallback, useEffect, useRef, useState, type ReactElement } from 'react';
import { echoTime, knownWords, testedAt, verdictOf } from '../../../domain/examination';
import { addressOf, allowedWords, type Node } from '../../../domain/nodes';
import { may, ServerError, type Session } from '../../../domain/server';
import { useJobsWatch } from '../../jobs-watch';
import { Header, PhoneTabs } from '../../panels/header';
import { KeyHelp } from '../../panels/key-help';
import { isTyping, useMedia } from '../../parts/browser';
import { Icon } from '../../parts/icon';
import { Say } from '../../parts/say';
import { Toast } from '../../parts/toast';
import { httpServer } from '../../server/http-server';
import { NodeDetail } from './detail';
import { NodeForm } from './form';
import { OutcomeIcon } from './test-result';
import { useNodes, type Nodes } from './use-nodes';
import { useTests, type Tests } from './use-tests';

interface Props {
  session: Session;
  onLogout: () => void;
  onExpired: () => void;
}

const KEYS: [string, string][] = [
  ['↑ ↓', 'move'],
  ['Home End', 'first and last'],
  ['A', 'add a node'],
  ['Enter', 'change it'],
  ['T', 'test it'],
  ['Shift T', 'test all'],
  ['Del', 'remove it'],
  ['Ctrl Z', 'bring back what was removed'],
  ['Esc', 'leave the form'],
  ['?', 'this'],
];

export default function NodesPage(props: Props): ReactElement {
  useEffect(() => {
    document.title = 'Nodes · Reading Room';
  }, []);
  return may(props.session, 'administrator') ? <Book {...props} /> : <Forbidden {...props} />;
}

function Forbidden({ session, onLogout, onExpired }: Props): ReactElement {
  const watch = useJobsWatch(session, onExpired);
  const [help, setHelp] = useState(false);
  return (
    <div className="app" data-testid="nodes-page">
      <Header session={session} page="nodes" alerts={watch.counts.alerts ?? 0} onLogout={onLogout} onHelp={() => setHelp(true)} />
      <main className="whole"><Say title="Nodes are kept by administrators." detail={`${session.user?.display_name ?? 'You'} may not see or change them.`} /></main>
      {help && <KeyHelp keys={KEYS} onClose={() => setHelp(false)} />}
    </div>
  );
}

/** What is written: nothing, a new node, or a known one. */
type Writing = { node: Node | undefined } | undefined;

function Book({ session, onLogout, onExpired }: Props): ReactElement {
  const list = useNodes(onExpired);
  const tests = useTests(onExpired);
  const watch = useJobsWatch(session, onExpired);
  const phone = useMedia('(max-width: 640px)');
  const [cursor, setCursor] = useState('');
  const [writing, setWriting] = useState<Writing>();
  const [removed, setRemoved] = useState<Node>();
  const [refused, setRefused] = useState('');
  const [help, setHelp] = useState(false);
  const nodes = list.nodes ?? [];
  const at = Math.max(nodes.findIndex((node) => node.name === cursor), 0);
  const current = nodes[at];
  const { look } = list;

  const attempt = useCallback(
    (asked: Promise<unknown>, then: () => void) => {
      setRefused('');
      asked.then(then, (e: unknown) => {
        if (e instanceof ServerError && e.status === 401) return onExpired();
        setRefused(e instanceof Error ? e.message : String(e));
      }).finally(look);
    },
    [look, onExpired],
  );
  const remove = useCallback((node: Node) => attempt(httpServer.removeNode(node.name), () => setRemoved(node)), [attempt]);
  const bringBack = useCallback(
    (node: Node) => attempt(httpServer.addNode(node), () => {
      setRemoved(undefined);
      setCursor(node.name);
    }),
    [attempt],
  );
  const gone = useCallback(() => setRemoved(undefined), []);
  const saved = (node: Node) => {
    setWriting(undefined);
    setCursor(node.name);
    look();
  };

  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (help || isTyping(e.target) || e.altKey) return;
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'z' && removed) {
        bringBack(removed);
        e.preventDefault();
        return;
      }
      if (e.ctrlKey || e.metaKey) return;
      const onControl = e.target instanceof HTMLElement && e.target.closest('button, a, select, summary');
      if (onControl && (e.key === 'Enter' || e.key === ' ')) return;
      const move = { ArrowDown: 1, ArrowUp: -1, Home: -1e9, End: 1e9 }[e.key];
      if (move !== undefined) setCursor(nodes[Math.min(Math.max(at + move, 0), nodes.length - 1)]?.name ?? '');
      else if (e.key === 'T') tests.testAll(nodes.map((node) => node.name));
      else if (e.key === 't' && current) tests.test(current.name);
      else if (e.key.toLowerCase() === 'a') setWriting({ node: undefined });
      else if (e.key === 'Enter' && current && !writing) setWriting({ node: current });
      else if (e.key === 'Delete' && current && !writing) remove(current);
      else if (e.key === 'Escape') setWriting(undefined);
      else if (e.key === '?') setHelp(true);
      else return;
      e.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });

  const alerts = watch.counts.alerts ?? 0;
  const detail = current && <NodeDetail key={current.name} node={current} server={session.server} working={watch.working} test={tests.of.get(current.name)} onTest={() => tests.test(current.name)} onEdit={(node) => setWriting({ node })} onRemove={remove} />;
  const body = (
    <div className="nodebody">
      <div className="title">
        <h1>Nodes</h1>
        <span className="t2" data-testid="known">{list.nodes && knownWords(nodes.length, nodes.map((node) => verdictOf(tests.of.get(node.name))))}</span>
        <span className="grow" />
        {nodes.length > 0 && <button className="btn" disabled={tests.busy} onClick={() => tests.testAll(nodes.map((node) => node.name))} data-testid="test-all"><Icon of={IconRefresh} size="m" />Test all</button>}
        {!writing && <button className="btn primary" onClick={() => setWriting({ node: undefined })} data-testid="node-add"><Icon of={IconPlus} size="m" />Add</button>}
      </div>
      {refused && <div className="note failed" role="alert" data-testid="refused"><p>{refused}</p></div>}
      {list.failure && list.nodes && <div className="note failed" role="alert" data-testid="lost"><p>{list.failure} What you see is from before.</p></div>}
      <Table list={list} tests={tests} current={current} onCursor={setCursor} onEdit={(node) => setWriting({ node })} />
      {writing && <NodeForm key={writing.node?.name ?? ''} node={writing.node} onSaved={saved} onCancel={() => setWriting(undefined)} onExpired={onExpired} />}
    </div>
  );
  const toast = removed && (
    <Toast key={removed.name} onGone={gone}>
      <span className="clip">{removed.name} was removed.</span>
      <button className="btn plain c-accent" onClick={() => bringBack(removed)} data-testid="node-undo">Undo <kbd>Ctrl</kbd><kbd>Z</kbd></button>
    </Toast>
  );
  if (phone) {
    return (
      <div className="ph phone" data-testid="nodes-page">
        <main className="pscroll page">
          {body}
          {!writing && detail}
        </main>
        {toast}
        <PhoneTabs session={session} page="nodes" alerts={alerts} />
      </div>
    );
  }
  const { server } = session;
  return (
    <div className="app" data-testid="nodes-page">
      <Header session={session} page="nodes" alerts={alerts} onLogout={onLogout} onHelp={() => setHelp(true)} />
      <main className={detail ? 'two' : 'one'}>
        <section className="page">{body}</section>
        {detail}
      </main>
      <footer className="foot">
        <span>{server && `We answer as ${server.ae_title} on ${server.dicom_port}, and at /dicom-web`}</span>
        <span className="grow" />
        <span className="keyhints"><kbd>↑</kbd><kbd>↓</kbd> move <kbd>T</kbd> test <kbd>A</kbd> add <kbd>Enter</kbd> change <kbd>Del</kbd> remove</span>
      </footer>
      {toast}
      {help && <KeyHelp keys={KEYS} onClose={() => setHelp(false)} />}
    </div>
  );
}

interface TableProps {
  list: Nodes;
  tests: Tests;
  current: Node | undefined;
  onCursor: (name: string) => void;
  onEdit: (node: Node) => void;
}

function Table({ list, tests, current, onCursor, onEdit }: TableProps): ReactElement | null {
  const grid = useRef<HTMLDivElement>(null);
  if (!list.nodes) {
    if (list.failure) {
      return (
        <Say title={list.failure} detail="Nothing is lost. Trying again in a few seconds." failed>
          <button className="btn" onClick={list.look}>Try now</button>
        </Say>
      );
    }
    return list.slow ? <Bars /> : null;
  }
  if (!list.nodes.length) return <Say title="No node is known yet." detail="Add the archives and workstations that images are sent to, and the modalities that may send to us." />;
  return (
    <div className="tbl card nodes" role="grid" aria-label="Nodes" tabIndex={0} aria-activedescendant={current && 'node-row'} ref={grid} data-testid="nodes">
      <div className="tr th" role="row">
        {['Name', 'AE title', 'Address', 'Speaks', 'It may', 'Last test', 'Echo', 'At'].map((label) => <span role="columnheader" key={label}>{label}</span>)}
      </div>
      {list.nodes.map((node) => {
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

function Bars(): ReactElement {
  return (
    <div className="tbl card nodes" data-testid="loading" role="status" aria-label="Loading">
      {Array.from({ length: 5 }, (_, i) => (
        <div className="tr" key={i}>{[70, 60, 80, 40, 60, 50, 30, 30].map((w, k) => <span className="sk" key={k} style={{ width: `${w - ((i * 7) % 20)}%` }} />)}</div>
      ))}
    </div>
  );
}
