/** The value of a Content Item: words, measure, code with its meaning, what it refers to as something to press. */
import { createContext, useContext, type ReactElement, type ReactNode } from 'react';
import { t } from '../../../core/language';
import { codeOf, codeWords, instancesOf, meaningOf, type Code, type ContentItem, type Reference } from '../../../domain/report';
import { ageWords, measureOf, referenceWords, relationWords, tableOf, targetWords, unitWords, valueWords } from '../../../domain/report-words';

export interface Acts {
  /** Lower case; '' for none. */
  query: string;
  /** The item that was jumped to from here. */
  chosen: string;
  /** All of it is drawn, not only what there was time for yet. */
  whole: boolean;
  jump: (one: ContentItem, to?: Reference) => void;
  goTo: (position: string) => void;
  nameOf: (reference: Reference) => string;
}

export const ActsContext = createContext<Acts>({ query: '', chosen: '', whole: false, jump: () => undefined, goTo: () => undefined, nameOf: () => '' });

/** Text with what is searched for marked. */
export function Said({ words }: { words: string }): ReactElement {
  const { query } = useContext(ActsContext);
  if (!query || !words.toLowerCase().includes(query)) return <bdi className="rtext">{words}</bdi>;
  const parts: ReactNode[] = [];
  const low = words.toLowerCase();
  let from = 0;
  for (let at = low.indexOf(query); at >= 0 && parts.length < 400; at = low.indexOf(query, from)) {
    parts.push(words.slice(from, at), <mark key={at}>{words.slice(at, at + query.length)}</mark>);
    from = at + query.length;
  }
  return <bdi className="rtext">{parts}{words.slice(from)}</bdi>;
}

export function CodeSaid({ code }: { code: Code }): ReactElement {
  return <span title={codeWords(code)}><Said words={meaningOf(code) || t('(no name)')} /></span>;
}

export function Name({ of }: { of: ContentItem }): ReactElement | null {
  const relation = relationWords(of.relationship);
  if (!of.name && !relation) return null;
  return <>{relation && <span className="rrel">{relation} </span>}{of.name && <span className="rname"><CodeSaid code={of.name} /></span>}</>;
}

export function Value({ of }: { of: ContentItem }): ReactElement {
  const { jump, goTo } = useContext(ActsContext);
  if (of.target) return <button className="rlink" onClick={() => goTo(of.target)} data-testid="report-item-link">{targetWords(of)}</button>;
  const words = valueWords(of);
  switch (of.type) {
    case 'CODE': {
      const code = codeOf(of.data, '0040A168');
      return code ? <CodeSaid code={code} /> : <Nothing />;
    }
    case 'NUM': return <Measured of={of} />;
    case 'IMAGE': case 'WAVEFORM': case 'COMPOSITE': return <Instances of={of} />;
    case 'SCOORD': case 'SCOORD3D':
      return <button className="rlink" onClick={() => jump(of)} title={words} data-testid="report-mark" data-position={of.position}><Said words={words.length > 70 ? `${words.slice(0, 70)} …` : words} /></button>;
    case 'TCOORD':
      return <button className="rlink" onClick={() => jump(of)} data-testid="report-moment"><Said words={words || t('no value')} /></button>;
    case 'TABLE': return <Tabulated of={of} />;
    default: return words ? <Said words={words} /> : <Nothing />;
  }
}

function Nothing(): ReactElement {
  return <span className="t3">{t('no value')}</span>;
}

function Measured({ of }: { of: ContentItem }): ReactElement {
  const { number, unit, qualifier } = measureOf(of.data);
  if (!number && !qualifier) return <Nothing />;
  return <span className="rnum">{number && <Said words={number} />}{number && unit && <> <span title={codeWords(unit)}>{unitWords(unit)}</span></>}{ageWords(of) && <span className="rrel"> ({ageWords(of)})</span>}{qualifier && <> <CodeSaid code={qualifier} /></>}</span>;
}

function Instances({ of }: { of: ContentItem }): ReactElement {
  const { jump, nameOf } = useContext(ActsContext);
  const found = instancesOf(of.data);
  if (!found.length) return <Nothing />;
  return (
    <>
      {found.map((one, i) => (
        <span key={i}>
          {i > 0 && ', '}
          {one.uid ? <button className="rlink" title={one.uid} onClick={() => jump(of, one)} data-testid="report-image" data-uid={one.uid}>{nameOf(one)}</button> : referenceWords(one)}
        </span>
      ))}
    </>
  );
}

function Tabulated({ of }: { of: ContentItem }): ReactElement {
  const table = tableOf(of.data);
  if (!table) return <Nothing />;
  const [head = [], ...body] = table.rows;
  return (
    <table className="rtable">
      <thead><tr>{head.map((words, i) => <th key={i}>{words}</th>)}</tr></thead>
      <tbody>{body.map((row, i) => <tr key={i}>{row.map((words, j) => <td key={j}><Said words={words} /></td>)}</tr>)}</tbody>
    </table>
  );
}
