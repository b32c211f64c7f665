/** What was measured: facts, tables, and sections within. */
import type { ReactElement } from 'react';
import type { MeasuredTable, Part } from '../../../domain/measured';

export function Inside({ part, level }: { part: Part; level: number }): ReactElement {
  const Heading = `h${Math.min(level, 6)}` as 'h2';
  return (
    <>
      {part.facts.length > 0 && (
        <table className="rtable mfacts">
          <tbody>
            {part.facts.map((f) => (
              <tr key={f.tag} data-tag={f.tag}>
                <th scope="row">{f.name}</th><td title={f.code || undefined}><bdi className="rtext num">{f.value}</bdi>{f.unit && ` ${f.unit}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {part.tables.map((table) => <Tabulated key={table.tag} table={table} />)}
      {part.parts.length > 0 && (
        <div className={level === 2 ? 'meyes' : ''}>
          {part.parts.map((one, i) => <section key={i} className="rsection" data-tag={one.tag}><Heading>{one.title}</Heading><Inside part={one} level={level + 1} /></section>)}
        </div>
      )}
    </>
  );
}

function Tabulated({ table }: { table: MeasuredTable }): ReactElement {
  return (
    <div className="rwide">
      <table className="rtable" data-tag={table.tag}>
        <caption>{table.title}</caption>
        <thead><tr>{table.columns.map((c) => <th key={c}>{c}</th>)}</tr></thead>
        <tbody>{table.rows.map((row, i) => <tr key={i}>{row.map((words, j) => <td key={j} className="num"><bdi>{words}</bdi></td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}
