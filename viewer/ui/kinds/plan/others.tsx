/** Everything else that an object of radiotherapy says, by the names of its attributes. */
import { useMemo, type ReactElement } from 'react';
import type { DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { rowsOf } from '../../../domain/tag-rows';

/** Groups of radiotherapy: 3002 to 3008, 300A to 300E, 3010. */
function isTherapy(tag: string): boolean {
  return /^30(0[2468ACE]|10)/.test(tag);
}

export default function Others({ object, open }: { object: DataSet; open: boolean }): ReactElement | null {
  const rows = useMemo(() => rowsOf(Object.fromEntries(Object.entries(object).filter(([tag]) => isTherapy(tag)))), [object]);
  if (!rows.length) return null;
  return (
    <details open={open} data-testid="plan-others">
      <summary>{t('All that it says, by attribute')}</summary>
      <div className="tagrows">
        {rows.map((r, i) => (
          <div key={i} className="tagrow" style={{ paddingLeft: 12 + r.depth * 12 }}>
            <span className="mono t3">{r.tag}</span> <span className="t2">{r.name}</span>
            <span className="v1">{r.value}</span>
          </div>
        ))}
      </div>
    </details>
  );
}
