/** One node beside the table: how it is reached and treated, what it has to know of us, the jobs that wait for it. */
import { IconCopy, IconPencil, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import type { Examination } from '../../../domain/examination';
import { jobsAddress, type Job } from '../../../domain/jobs';
import { allowedWords, fetchWords, introduction, placeOf, type Node } from '../../../domain/nodes';
import type { ServerIdentity } from '../../../domain/server';
import { Icon } from '../../parts/icon';
import { Link } from '../../parts/link';
import { TestResult } from './test-result';

interface Props {
  node: Node;
  server: ServerIdentity | null;
  working: readonly Job[];
  test: Examination | undefined;
  onTest: () => void;
  onEdit: (node: Node) => void;
  onRemove: (node: Node) => void;
}

export function NodeDetail({ node, server, working, test, onTest, onEdit, onRemove }: Props): ReactElement {
  const waiting = working.filter((job) => job.node === node.name).length;
  return (
    <aside className="panel listpanel" aria-label={t('Node')} data-testid="node-detail">
      <div className="sec pad">
        <h2 className="wraps">{node.name}</h2>
        <div className="t2 sm wraps">{node.tls ? t('{place}, with TLS', { place: placeOf(node) }) : placeOf(node)}</div>
        <div className="row acts2">
          <button className="btn" disabled={test && !test.end && !test.lost} onClick={onTest} data-testid="node-test"><Icon of={IconRefresh} size="m" />{test ? t('Test again') : t('Test')} <kbd>T</kbd></button>
          <button className="btn" onClick={() => onEdit(node)} data-testid="node-edit"><Icon of={IconPencil} size="m" />{t('Change')}</button>
        </div>
      </div>
      <div className="scrolls">
        {test && <TestResult name={node.name} test={test} />}
        <div className="sec">
          <div className="hd">{t('How we treat it')}</div>
          <Line name={t('It may')}>{allowedWords(node)}</Line>
          <Line name={t('It may call from')}>{node.allowed_addresses.join(', ') || t('anywhere')}</Line>
          <Line name={t('We fetch by')}>{fetchWords(node)}</Line>
          <Line name={t('An image it refuses')}>{node.on_store_failure === 'abort' ? t('stops the sending') : t('does not stop the others')}</Line>
          <Line name={t('Transfers at once')}>{[node.most_associations || t('no limit'), node.one_association_per_object && t('one image each')].filter(Boolean).join(', ')}</Line>
          <Line name={t('Time-out')}>{node.timeout ? `${node.timeout} s` : t('none {#time-out}')}</Line>
          {node.wildcards.length > 0 && <Line name={t('Searched as *value*')}>{node.wildcards.join(', ')}</Line>}
          {node.query_charset.length > 0 && <Line name={t('Searches written in')}>{node.query_charset.map((term) => term || t('default {#character set}')).join(' \\ ')}</Line>}
          {node.blacklisted_sop_classes.length > 0 && <Line name={t('Never fetched')}>{node.blacklisted_sop_classes.join(', ')}</Line>}
        </div>
        {server && <Ours node={node} server={server} />}
        <div className="sec">
          <div className="hd">{t('Jobs')}</div>
          <Line name={t('Being done for it')}>
            {waiting ? <Link to={jobsAddress({ show: 'working', node: node.name }, null)} testid="node-working">{t('{n} {n|job|jobs}', { n: waiting })}</Link> : t('none {#jobs}')}
          </Line>
          <Line name={t('So far')}><Link to={jobsAddress({ show: 'all', node: node.name }, null)} testid="node-jobs">{t('all its jobs')}</Link></Line>
        </div>
        <div className="pad">
          <button className="btn plain" onClick={() => onRemove(node)} data-testid="node-remove"><Icon of={IconTrash} size="m" />{t('Remove')} <kbd>Del</kbd></button>
        </div>
      </div>
    </aside>
  );
}

function Line({ name, children }: { name: string; children: React.ReactNode }): ReactElement {
  return <div className="li plainline"><span className="t2">{name}</span><span className="val">{children}</span></div>;
}

/** What the other side has to enter, so that it knows us. */
function Ours({ node, server }: { node: Node; server: ServerIdentity }): ReactElement {
  const [copied, setCopied] = useState(false);
  const host = location.hostname;
  // Only a safe context has a clipboard; without one the lines can still be marked.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  return (
    <div className="sec pad">
      <h3>{t('What it has to know of us')}</h3>
      <div className="kv">
        <span>{t('AE title')}</span><b className="mono">{server.ae_title}</b>
        <span>{t('Address')}</span><b>{host}</b>
        <span>{t('Port')}</span><b>{server.dicom_port}</b>
      </div>
      {clipboard && (
        <button className="btn" onClick={() => void clipboard.writeText(introduction(server, host, node)).then(() => setCopied(true))}>
          <Icon of={IconCopy} size="m" />
          {copied ? t('Copied') : t('Copy as a message')}
        </button>
      )}
    </div>
  );
}
