/** What must be known of the other windows: one that went, another patient, the first one at the study list. */
import { IconX } from '@tabler/icons-react';
import { useEffect, useState, useSyncExternalStore, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { IconButton } from '../../parts/icon-button';
import type { ViewerModel } from '../../viewer-model';
import { resumed } from '../../resumed';
import { windows } from '../../windows';

function useWindows(): void {
  useSyncExternalStore(windows.subscribe, windows.snapshot);
}

/** In the foot. */
export function WindowsLine({ model }: { model: ViewerModel }): ReactElement | null {
  useWindows();
  if (windows.me.apart) {
    return (
      <span className="row gap4 lost" role="status" data-testid="windows-line">
        <span className="t1">{t('The other windows show another patient. This one stands alone.')}</span>
        <button className="btn low" onClick={() => model.together.leadAll()} data-testid="windows-lead">{t('Show this patient in all windows')}</button>
        <button className="btn low" onClick={() => model.together.follow()} data-testid="windows-follow">{t('Show theirs here')}</button>
      </span>
    );
  }
  const strays = windows.others.filter((m) => m.apart).map((m) => String(windows.place(m.id)));
  if (strays.length) return <span className="row gap4 t1" role="status" data-testid="windows-line">{t('Window {number} shows another patient.', { number: strays.join(', ') })}</span>;
  return <Others model={model} />;
}

/** Windows of the session that was resumed and that are not here. */
function Others({ model }: { model: ViewerModel }): ReactElement | null {
  useSyncExternalStore(resumed.subscribe, resumed.snapshot);
  const count = resumed.missing.length;
  if (!count) return <Lost />;
  const words = t('Open the other {count|window|windows} ({count})', { count });
  const open = () => resumed.openOthers(() => model.tell(t('No window came. If the browser holds windows back, allow pop-ups for this address and press {key} again.', { key: `“${words}”` })));
  return (
    <span className="row gap4 lost" role="status" data-testid="windows-line">
      <span className="t1">{t('This session has more windows.')}</span>
      <button className="btn low" onClick={open} data-testid="windows-others">{words}</button>
      <IconButton label={t('Close')} icon={IconX} onClick={() => resumed.forget()} testid="windows-line-close" />
    </span>
  );
}

function Lost(): ReactElement | null {
  const { lost } = windows;
  if (!lost) return null;
  const words = lost.first ? t('The first window was closed.') : t('Window {number} was closed.', { number: lost.place });
  const now = windows.others.length ? t('This is window {number} now.', { number: windows.place() }) : t('This is the only window now.');
  return (
    <span className="row gap4 lost" role="status" data-testid="windows-line">
      <span className="t1">{words} {t('Nothing here has changed.')} {now}</span>
      <IconButton label={t('Close')} icon={IconX} onClick={() => windows.forgetLost()} testid="windows-line-close" />
    </span>
  );
}

/** Over the images: nobody reads another patient here than in the first window without knowing it. */
export function WindowsCover({ model }: { model: ViewerModel }): ReactElement | null {
  useWindows();
  const { first } = windows;
  const left = first.id !== windows.me.id && first.at === 'elsewhere' && !windows.me.apart;
  const [on, setOn] = useState(false);
  useEffect(() => {
    if (!left) setOn(false);
  }, [left]);
  if (model.together.following) {
    return (
      <div className="say covers windowscover" role="status" data-theme="dark" data-testid="windows-cover">
        <b>{t('The first window opened another patient.')}</b>
        <span>{t('It is being opened here too.')}</span>
      </div>
    );
  }
  if (!left || on) return null;
  return (
    <div className="say covers windowscover" role="status" data-theme="dark" data-testid="windows-cover">
      <b>{t('The first window closed this study.')}</b>
      <span>{t('What is opened there is shown here too. Nothing here is lost.')}</span>
      <button className="btn" onClick={() => setOn(true)} data-testid="windows-go-on">{t('Show the images again')}</button>
    </div>
  );
}
