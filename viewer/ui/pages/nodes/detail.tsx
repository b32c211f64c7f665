/** One node beside the table: how it is reached and treated, what it has to know of us, the jobs that wait for it. */
import { IconCopy, IconPencil, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { counted } from '../../../core/numbers';
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
    <aside className="panel listpanel" aria-label="Node" data-testid="node-detail">
      <div className="sec pad">
        <h2 className="wraps">{node.name}</h2>
        <div className="t2 sm wraps">{placeOf(node)}{node.tls && ', with TLS'}</div>
        <div className="row acts2">
          <button className="btn" disabled={test && !test.end && !test.lost} onClick={onTest} data-testid="node-test"><Icon of={IconRefresh} size="m" />{test ? 'Test again' : 'Test'} <kbd>T</kbd></button>
          <button className="btn" onClick={() => onEdit(node)} data-testid="node-edit"><Icon of={IconPencil} size="m" />Change</button>
        </div>
      </div>
      <div className="scrolls">
        {test && <TestResult name={node.name} test={test} />}
        <div className="sec">
          <div className="hd">How we treat it</div>
          <Line name="It may">{allowedWords(node)}</Line>
          <Line name="It may call from">{node.allowed_addresses.join(', ') || 'anywhere'}</Line>
          <Line name="We fetch by">{fetchWords(node)}</Line>
          <Line name="An image it refuses">{node.on_store_failure === 'abort' ? 'stops the sending' : 'does not stop the others'}</Line>
          <Line name="Transfers at once">{node.most_associations || 'no limit'}{node.one_association_per_object && ', one image each'}</Line>
          <Line name="Time-out">{node.timeout ? `${node.timeout} s` : 'none'}</Line>
          {node.wildcards.length > 0 && <Line name="Searched as *value*">{node.wildcards.join(', ')}</Line>}
          {node.query_charset.length > 0 && <Line name="Searches written in">{node.query_charset.map((term) => term || 'default').join(' \\ ')}</Line>}
          {node.blacklisted_sop_classes.length > 0 && <Line name="Never fetched">{node.blacklisted_sop_classes.join(', ')}</Line>}
        </div>
        {server && <Ours node={node} server={server} />}
        <div className="sec">
          <div className="hd">Jobs</div>
          <Line name="Being done for it">
            {waiting ? <Link to={jobsAddress({ show: 'working', node: node.name }, null)} testid="node-working">{counted(waiting, 'job', 'jobs')}</Link> : 'none'}
          </Line>
          <Line name="So far"><Link to={jobsAddress({ show: 'all', node: node.name }, null)} testid="node-jobs">all its jobs</Link></Line>
        </div>
        <div className="pad">
          <button className="btn plain" onClick={() => onRemove(node)} data-testid="node-remove"><Icon of={IconTrash} size="m" />Remove <kbd>Del</kbd></button>
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
      <h3>What it has to know of us</h3>
      <div className="kv">
        <span>AE title</span><b className="mono">{server.ae_title}</b>
        <span>Address</span><b>{host}</b>
        <span>Port</span><b>{server.dicom_port}</b>
      </div>
      {clipboard && (
        <button className="btn" onClick={() => void clipboard.writeText(introduction(server, host, node)).then(() => setCopied(true))}>
          <Icon of={IconCopy} size="m" />
          {copied ? 'Copied' : 'Copy as a message'}
        </button>
      )}
    </div>
  );
}
