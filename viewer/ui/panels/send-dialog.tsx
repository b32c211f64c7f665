/** Where to send studies: the nodes, one of them chosen, one button that says what will happen. */
import { IconX } from '@tabler/icons-react';
import { useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { t } from '../../core/language';
import type { Job, Priority } from '../../domain/jobs';
import { placeOf, type Node } from '../../domain/nodes';
import { ServerError } from '../../domain/server';
import type { Study } from '../../domain/study';
import { IconButton } from '../parts/icon-button';
import { Link } from '../parts/link';
import { useSlow } from '../parts/polling';
import { httpServer } from '../server/http-server';
import { wordsOf } from './several';
import { useModal } from '../parts/use-modal';

interface Props {
  studies: readonly Study[];
  onClose: () => void;
  onOrdered: (job: Job) => void;
  onExpired: () => void;
}

const LAST = 'rr.send-to';

export function SendDialog({ studies, onClose, onOrdered, onExpired }: Props): ReactElement {
  useModal();
  const [nodes, setNodes] = useState<readonly Node[]>();
  const [at, setAt] = useState(0);
  const [urgent, setUrgent] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const dialog = useRef<HTMLDivElement>(null);
  const slow = useSlow(!nodes && !error);
  const chosen = nodes?.[at];
  const fail = (e: unknown) => {
    if (e instanceof ServerError && e.status === 401) return onExpired();
    setError(e instanceof Error ? e.message : String(e));
  };
  useLayoutEffect(() => {
    dialog.current?.focus();
    const aborter = new AbortController();
    httpServer.nodes(aborter.signal).then(
      (found) => {
        setNodes(found);
        setAt(Math.max(found.findIndex((node) => node.name === remembered()), 0));
      },
      (e: unknown) => {
        if (!aborter.signal.aborted) fail(e);
      },
    );
    return () => aborter.abort();
    // Asked once, when the dialog opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const send = () => {
    if (!chosen || busy) return;
    setBusy(true);
    setError('');
    const priority: Priority = urgent ? 'high' : 'normal';
    httpServer.order({ kind: 'send', node: chosen.name, studies: studies.map((s) => s.study_instance_uid), priority }).then((job) => {
      remember(chosen.name);
      onOrdered(job);
    }, fail).finally(() => setBusy(false));
  };
  const onKey = (e: KeyboardEvent) => {
    e.stopPropagation();
    const move = { ArrowDown: 1, ArrowUp: -1, Home: -1e9, End: 1e9 }[e.key];
    if (e.key === 'Escape') onClose();
    else if (move !== undefined && nodes?.length) setAt(Math.min(Math.max(at + move, 0), nodes.length - 1));
    else if (e.key === 'Enter' && !(e.target as HTMLElement).closest('button:not([role=radio]), a')) send();
    else return;
    e.preventDefault();
  };
  const { name, images, said } = wordsOf(studies);
  return (
    <div className="shade" onPointerDown={(e) => e.target === e.currentTarget && onClose()}>
      <div ref={dialog} className="dlg send" role="dialog" aria-modal aria-label={t('Send')} tabIndex={-1} onKeyDown={onKey} data-testid="send-dialog">
        <div className="hd">
          <h2 className="grow clip">{t('Send {what}', { what: name })}</h2>
          <IconButton label={t('Close')} hint="Esc" icon={IconX} onClick={onClose} />
        </div>
        <div className="bd col">
          <p className="t2 clip">{said}</p>
          {slow && <div className="nodelist" role="status" aria-label={t('Loading')}><span className="sk" /></div>}
          {nodes?.length === 0 && <p data-testid="no-nodes">{t('No other archive is known here yet.')} <Link to="/nodes">{t('Add one on the page Nodes')}</Link></p>}
          {nodes && nodes.length > 0 && (
            <div className="nodelist" role="radiogroup" aria-label={t('To {#node}')}>
              {nodes.map((node, i) => (
                <button key={node.name} type="button" role="radio" aria-checked={i === at} className={`li ${i === at ? 'on' : ''}`} tabIndex={i === at ? 0 : -1} onClick={() => setAt(i)} onDoubleClick={send} data-testid="send-node" data-node={node.name} ref={(e) => void (i === at && e?.scrollIntoView({ block: 'nearest' }))}>
                  <span className={`ck round ${i === at ? 'on' : ''}`} />
                  <span className="grow clip"><span className="b">{node.name}</span> <span className="t3">{placeOf(node)}</span></span>
                </button>
              ))}
            </div>
          )}
          {nodes && nodes.length > 0 && (
            <label className="row t2"><input type="checkbox" className="box" checked={urgent} onChange={(e) => setUrgent(e.target.checked)} data-testid="send-first" />{t('Before other jobs')}</label>
          )}
          {error && <div className="note failed" role="alert" data-testid="send-error"><p>{error} {t('Nothing was sent.')}</p></div>}
        </div>
        <div className="ft">
          <span className="grow" />
          <button className="btn plain" onClick={onClose}>{t('Cancel')} <kbd>Esc</kbd></button>
          {chosen && (
            <button className="btn primary" disabled={busy} onClick={send} data-testid="send-go">
              <span className="clip">{t('Send {images} to {node}', { images, node: chosen.name })}</span> <kbd>Enter</kbd>
            </button>
          )}
        </div>
      </div>
    </div>
  );
}

function remembered(): string | null {
  try {
    return localStorage.getItem(LAST);
  } catch {
    return null;
  }
}

function remember(node: string): void {
  try {
    localStorage.setItem(LAST, node);
  } catch {
    // Private browsing: the first node is offered next time.
  }
}
