/** Facts and tables of an object, as text. */
import type { ReactElement } from 'react';
import { t } from '../../../core/language';
import type { Fact, Table } from '../../../domain/blocks';

export function Facts({ facts }: { facts: readonly Fact[] }): ReactElement | null {
  if (!facts.length) return null;
  return (
    <div className="kv" data-testid="facts">
      {facts.flatMap(([name, words]) => [<span key={name}>{name}</span>, <b key={`${name}=`}>{words}</b>])}
    </div>
  );
}

const LONG = 36;

export function TableBlock({ table, titled = true }: { table: Table; titled?: boolean }): ReactElement {
  const isNumber = (words: string) => /^[−+]?\d[\d.]*( ?(Gy|MU|mm|%|°|s))?$/.test(words);
  return (
    <section data-testid="table" data-title={table.title}>
      {titled && <h3>{table.title}</h3>}
      <div className="scrollx" tabIndex={0} role="group" aria-label={table.title || t('Table')}>
        <table className="rttable">
          <thead><tr>{table.columns.map((c, k) => <th key={c} className={table.rows.every((row) => !row[k] || isNumber(row[k])) ? 'n' : ''}>{c}</th>)}</tr></thead>
          <tbody>
            {table.rows.map((row, i) => (
              <tr key={i}>{row.map((words, k) => <td key={k} className={isNumber(words) ? 'n' : words.length > LONG ? 'words' : ''}>{words}</td>)}</tr>
            ))}
          </tbody>
        </table>
      </div>
      {table.left > 0 && <p className="rtsay">{t('{count} more {count|row|rows} are not listed.', { count: table.left })}</p>}
    </section>
  );
}
