/** A name as stored, the ideographic and phonetic groups after the Latin one. Each in its own direction, which ends with it. */
import type { ReactElement } from 'react';
import { t } from '../../core/language';
import { nameParts } from '../../core/person-name';
import type { PersonName } from '../../core/dicom-json';

/** `strong` and `quiet`: classes of the first group and of the others. */
export function Name({ of, strong, quiet }: { of: PersonName; strong?: string; quiet?: string }): ReactElement {
  const { main, other } = nameParts(of);
  return (
    <>
      {main ? <bdi className={strong}>{main}</bdi> : <span className={strong}>{t('No name')}</span>}
      {other && <> <bdi className={quiet}>{other}</bdi></>}
    </>
  );
}
