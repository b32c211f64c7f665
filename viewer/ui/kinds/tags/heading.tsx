/** Over the tags of an object that nothing is drawn of: what it is. */
import { useState, type ReactElement } from 'react';
import { text, type DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import names from '../../../domain/class-names.json';
import { factsOf } from '../../../domain/object-facts';

const NAMES: Record<string, string> = names;
const FEW = 6;

export function ObjectHeading({ object }: { object: DataSet }): ReactElement {
  const [all, setAll] = useState(false);
  const uid = text(object, '00080016');
  const { facts, lists } = factsOf(object);
  return (
    <section className="objectis" aria-label={t('What it is')} data-testid="object-is">
      <h2>{NAMES[uid] ?? t('An object of a class that is not known here')}</h2>
      {!NAMES[uid] && <span className="mono t3 xs">{uid}</span>}
      <dl>{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      {lists.map(({ title, rows }) => (
        <div key={title} data-testid="object-list">
          <h3>{title}</h3>
          <ul>{(all ? rows : rows.slice(0, FEW)).map((row, i) => <li key={i}>{row}</li>)}</ul>
          {rows.length > FEW && <button className="btn low" aria-expanded={all} onClick={() => setAll(!all)}>{all ? t('Fewer') : t('and {count} more', { count: rows.length - FEW })}</button>}
        </div>
      ))}
    </section>
  );
}
