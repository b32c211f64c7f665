/** A sentence in the place of what cannot be shown. What is stored can still be had as a file. */
import { IconDownload } from '@tabler/icons-react';
import type { ReactElement, ReactNode } from 'react';
import { t } from '../../../core/language';
import { Icon } from '../../parts/icon';
import { Told } from '../../parts/told';

export function Unreadable({ title, detail, onSave, children }: { title: string; detail: string; onSave?: (() => void) | undefined; children?: ReactNode }): ReactElement {
  return (
    <div className="say" role="alert" data-testid="kind-fault">
      <b>{title}</b>
      <span><Told words={detail} /> {t('The tags can be read.')}</span>
      <div className="row gap4">
        {onSave && <button className="btn" onClick={onSave} data-testid="document-save"><Icon of={IconDownload} size="s" /> {t('Save the file')}</button>}
        {children}
      </div>
    </div>
  );
}
