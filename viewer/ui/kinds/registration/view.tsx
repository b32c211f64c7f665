/** Registrations, value mappings and fiducials that are hung by themselves: what they say, as tables. */
import type { ReactElement } from 'react';
import { t } from '../../../core/language';
import { relationsOf, type RelationTable } from '../../../domain/relations';
import { Heading } from '../../layers/heading';
import { hasMarks, markBook } from '../../layers/marks/book';
import type { KindProps } from '../kind-view';
import './style.css';

export default function RegistrationView({ model, cell, set, object }: KindProps): ReactElement {
  const state = model.series.get(set.seriesInstanceUid);
  const tables = relationsOf(object);
  const show = () => {
    if (state && hasMarks(object)) markBook(model).set({ dataset: object, state }, true);
  };
  return (
    <>
      {state && <Heading model={model} cell={cell} companion={{ dataset: object, state }} onShow={show} />}
      <div className="scrolls relations" tabIndex={0}>
        {!tables.length && <p className="pad" role="alert" data-testid="relations-none">{t('The object says nothing that joins one thing to another.')} {t('The tags can be read.')}</p>}
        {tables.map((table, i) => <Table key={i} table={table} />)}
      </div>
    </>
  );
}

function Table({ table: { title, lines, matrices } }: { table: RelationTable }): ReactElement {
  return (
    <section className="relation" data-testid="relation">
      <h3>{title}</h3>
      <dl>{lines.map(([name, value], i) => <div key={i}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      {matrices.map((rows, i) => (
        <table key={i} className="num" data-testid="relation-matrix">
          <tbody>{rows.map((row, r) => <tr key={r}>{row.map((v, c) => <td key={c}>{v}</td>)}</tr>)}</tbody>
        </table>
      ))}
    </section>
  );
}
