/** Which lines stand in the corners, for the modality that is shown. What is chosen is seen at once. */
import { IconX } from '@tabler/icons-react';
import { useLayoutEffect, useRef, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { CORNER_ITEMS, LINES, type Corner, type CornerLayout } from '../../../domain/corner-texts';
import { chooseLayout, cornerLayout } from '../../corner-layouts';
import { IconButton } from '../../parts/icon-button';
import { usePreferences } from '../../preferences';
import { useModal } from '../../parts/use-modal';

const CORNERS: [Corner, string][] = [['tr', t('Top right')], ['bl', t('Bottom left')], ['br', t('Bottom right')]];

export function CornerDialog({ modality, onClose }: { modality: string; onClose: () => void }): ReactElement {
  useModal();
  usePreferences();
  const layout = cornerLayout(modality);
  const dialog = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => dialog.current?.focus(), []);
  const set = (corner: Corner, line: number, id: string) => {
    const lines = Array.from({ length: LINES }, (_, i) => (i === line ? id : (layout[corner][i] ?? '')));
    const next: CornerLayout = { ...layout, [corner]: lines };
    chooseLayout(modality, next);
  };
  return (
    <div ref={dialog} className="dlg corners" role="dialog" aria-label={t('Corner texts')} tabIndex={-1} onKeyDown={(e) => e.key === 'Escape' && onClose()} data-testid="corner-dialog">
      <div className="hd">
        <h2>{modality ? t('Corner texts of {modality}', { modality }) : t('Corner texts of images without modality')}</h2>
        <span className="grow" />
        <IconButton label={t('Close')} hint="Esc" icon={IconX} onClick={onClose} />
      </div>
      <div className="bd">
        <p className="hint">{t('Top left always tells the patient, and what was done to the pixels.')}</p>
        {CORNERS.map(([corner, name]) => (
          <fieldset key={corner}>
            <legend className="t2 sm">{name}</legend>
            {Array.from({ length: LINES }, (_, line) => (
              <select key={line} className="field" aria-label={t('{corner}, line {number}', { corner: name, number: line + 1 })} value={layout[corner][line] ?? ''} onChange={(e) => set(corner, line, e.target.value)} data-testid={`corner-${corner}-${line + 1}`}>
                <option value="">{t('nothing')}</option>
                {CORNER_ITEMS.map((item) => <option key={item.id} value={item.id}>{item.title}</option>)}
              </select>
            ))}
          </fieldset>
        ))}
      </div>
      <div className="ft row">
        <button className="btn" onClick={() => chooseLayout(modality, undefined)} data-testid="corner-usual">{t('As usual')}</button>
        <span className="grow" />
        <button className="btn primary" onClick={onClose}>{t('Done')}</button>
      </div>
    </div>
  );
}
