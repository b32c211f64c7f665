/** Objects that nothing is drawn of: everything they say, by tag. */
import { useMemo, type ReactElement } from 'react';
import { rowsOf } from '../../../domain/tag-rows';
import type { KindProps } from '../kind-view';

export default function TagsView({ object }: KindProps): ReactElement {
  const rows = useMemo(() => rowsOf(object), [object]);
  return (
    <div className="scrolls tagrows" tabIndex={0}>
      {rows.map((r, i) => (
        <div key={i} className="tagrow" style={{ paddingLeft: 12 + r.depth * 12 }}>
          <span className="mono t3">{r.tag}</span> <span className="t2">{r.name}</span>
          <span className="v1">{r.value}</span>
        </div>
      ))}
    </div>
  );
}
