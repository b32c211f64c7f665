/** Whose images these are, always. The study text gives way first; another patient on screen turns the bar red. */
import { IconArrowBackUp, IconArrowForwardUp, IconChevronLeft, IconCommand, IconHelpCircle, IconLayoutSidebarRight, IconMoon, IconSun } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { isoDateTime } from '../../../core/dates';
import { t } from '../../../core/language';
import { identityLine, kindOf } from '../../../domain/study';
import { IconButton } from '../../parts/icon-button';
import { keyNow } from '../../keys';
import { Name } from '../../parts/person-name';
import { WindowNumber } from '../../parts/window-number';
import { useTheme } from '../../settings';
import type { ViewerModel } from '../../viewer-model';
import type { Screen } from './actions';
import { barStudy } from './bar-study';
import { LayoutMenu } from './layout-menu';

interface Props {
  model: ViewerModel;
  act: (id: string) => boolean;
  screen: Screen;
  mixed: boolean;
}

export function TopBar({ model, act, screen, mixed }: Props): ReactElement {
  const [theme, toggleTheme] = useTheme();
  const study = barStudy(model);
  return (
    <header className={`top ${mixed ? 'mixed' : ''}`} data-testid="patient-bar">
      <IconButton label={t('Back to studies')} hint={keyNow('study.list')} icon={IconChevronLeft} onClick={() => act('study.list')} testid="back" />
      {study && (
        <>
          <h1 className="patient" data-testid="patient">
            <Name of={study.patient_name} strong="b" quiet="t1" />
            <span>{identityLine(study)}</span>
          </h1>
          {mixed && <span className="tag failed" role="alert" data-testid="mixed-patients">{t('another patient is on screen')}</span>}
          <span className="t3" aria-hidden>|</span>
          <span className="t2 sm clip studytext" data-testid="study-text">
            {[kindOf(study.modalities).label, study.study_description].filter(Boolean).join(' ')} · {isoDateTime(study.study_date, study.study_time)}
          </span>
        </>
      )}
      <span className="grow" />
      <WindowNumber />
      <IconButton label={model.undoable ? t('Undo: {what}', { what: model.undoable }) : t('Nothing to undo')} hint={keyNow('edit.undo')} icon={IconArrowBackUp} disabled={!model.undoable} onClick={() => act('edit.undo')} testid="undo" />
      <IconButton label={model.redoable ? t('Redo: {what}', { what: model.redoable }) : t('Nothing to redo')} hint={keyNow('edit.redo')} icon={IconArrowForwardUp} disabled={!model.redoable} onClick={() => act('edit.redo')} testid="redo" />
      <LayoutMenu model={model} />
      <IconButton label={t('Find or do')} hint={keyNow('screen.palette')} icon={IconCommand} onClick={screen.palette} testid="open-palette" />
      <IconButton label={t('Keys and pointer')} hint={keyNow('screen.help')} icon={IconHelpCircle} onClick={screen.help} testid="open-help" />
      <IconButton label={theme === 'dark' ? t('Bright theme') : t('Dark theme')} icon={theme === 'dark' ? IconSun : IconMoon} onClick={toggleTheme} testid="theme" />
      <IconButton label={t('Panel')} hint={keyNow('screen.panel')} icon={IconLayoutSidebarRight} on={model.panel} onClick={() => act('screen.panel')} testid="toggle-panel" />
    </header>
  );
}
