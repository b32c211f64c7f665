/** How large is this monitor: a bar whose length the reader measures, or a bank card held to the screen. */
import { IconX } from '@tabler/icons-react';
import { useLayoutEffect, useRef, useState, type FormEvent, type ReactElement } from 'react';
import { number, t } from '../../../core/language';
import { CARD_MM, isPlausible } from '../../../domain/true-size';
import { pixelsPerMm } from '../../calibration';
import { IconButton } from '../../parts/icon-button';
import { Words } from '../../parts/words';
import { useModal } from '../../parts/use-modal';

/** CSS pixels a millimetre as browsers pretend (96 dpi). */
const NOMINAL = 96 / 25.4;
const CARD_HEIGHT_MM = 53.98;

export function CalibrateDialog({ onSize, onClose, onDone }: { onSize: (perMm: number) => void; onClose: () => void; onDone: () => void }): ReactElement {
  useModal();
  const ratio = window.devicePixelRatio || 1;
  const [width, setWidth] = useState(() => Math.round(CARD_MM * ((pixelsPerMm() ?? NOMINAL * ratio) / ratio)));
  const [typed, setTyped] = useState('');
  const mm = typed.trim() ? Number(typed.replace(',', '.')) : CARD_MM;
  const perMm = (width * ratio) / mm;
  const dialog = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => dialog.current?.querySelector('input')?.focus(), []);
  const save = (e: FormEvent) => {
    e.preventDefault();
    if (!isPlausible(perMm)) return;
    onSize(perMm);
    onClose();
    onDone();
  };
  return (
    <div className="shade" onPointerDown={(e) => e.target === e.currentTarget && onClose()}>
      <form ref={dialog} className="dlg calib" role="dialog" aria-modal aria-label={t('Calibrate this monitor')} onSubmit={save} onKeyDown={(e) => e.key === 'Escape' && onClose()} data-testid="calibrate">
        <div className="hd">
          <h2>{t('Calibrate this monitor')}</h2>
          <span className="grow" />
          <IconButton label={t('Close')} hint="Esc" icon={IconX} onClick={onClose} />
        </div>
        <div className="bd">
          <p className="t2">{t('Hold a bank card to the screen and make the frame as large as it is. Or measure the frame’s width with a ruler and type it.')}</p>
          <div className="cardframe" style={{ width, height: (width * CARD_HEIGHT_MM) / CARD_MM }} data-testid="calibrate-frame" />
          <input className="slide" type="range" min={150} max={900} value={width} aria-label={t('Width of the frame')} onChange={(e) => setWidth(Number(e.target.value))} data-testid="calibrate-width" />
          <label className="row">
            <Words text="The frame is {width} mm wide" with={{ width: <input className="field" inputMode="decimal" value={typed} placeholder={String(CARD_MM)} aria-label={t('Width in millimetres')} onChange={(e) => setTyped(e.target.value)} data-testid="calibrate-mm" /> }} />
          </label>
          <p className="hint">{isPlausible(perMm) ? t('{pixels} screen pixels a millimetre, kept for this monitor.', { pixels: number(perMm, 2) }) : t('That cannot be: between 1 and 40 screen pixels lie in a millimetre.')}</p>
        </div>
        <div className="ft row">
          <span className="grow" />
          <button type="button" className="btn" onClick={onClose}>{t('Cancel')}</button>
          <button className="btn primary" disabled={!isPlausible(perMm)} data-testid="calibrate-save">{t('Show at true size')}</button>
        </div>
      </form>
    </div>
  );
}
