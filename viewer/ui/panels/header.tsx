/** The bar of the pages that are no images: where one is, what needs a look, who one is. */
import { IconBookmark, IconFileCheck, IconHelpCircle, IconHistory, IconHourglass, IconKeyboard, IconLayoutBoardSplit, IconList, IconListDetails, IconLogout, IconMoon, IconRoute, IconServer2, IconSun, IconTrash, IconUser } from '@tabler/icons-react';
import { lazy, Suspense, useRef, useState, type ReactElement } from 'react';
import { t } from '../../core/language';
import { may, type Session } from '../../domain/server';
import { Icon, Lamp } from '../parts/icon';
import { IconButton } from '../parts/icon-button';
import { LanguageItems } from '../parts/language-choice';
import { Link } from '../parts/link';
import { Popover } from '../parts/popover';
import { WindowNumber } from '../parts/window-number';
import { listAddress } from '../router';
import { useDensity, useTheme } from '../settings';

/** Fetched when somebody wants other keys. */
const KeyDialog = lazy(() => import('./key-dialog').then((module) => ({ default: module.KeyDialog })));

export type Page = 'studies' | 'sessions' | 'hangings' | 'jobs' | 'nodes' | 'rules' | 'log' | 'deleted';

interface Props {
  session: Session;
  page: Page;
  /** Failed jobs nobody has looked at. */
  alerts: number;
  onLogout: () => void;
  onHelp: () => void;
}

export function Header({ session, page, alerts, onLogout, onHelp }: Props): ReactElement {
  const [theme, toggleTheme] = useTheme();
  const [density, toggleDensity] = useDensity();
  return (
    <header className="top">
      <span className="brand">
        <span className="c-warm"><Icon of={Lamp} /></span>
        Reading Room
      </span>
      <nav className="nav">
        {tabs(session).map((tab) => (
          <Link key={tab.page} to={tab.to} className={page === tab.page ? 'on' : undefined} current={page === tab.page} testid={`tab-${tab.page}`}>
            {tab.label}
            {tab.page === 'jobs' && alerts > 0 && <span className="tag failed" title={alertWords(alerts)} data-testid="alerts">{alerts}</span>}
          </Link>
        ))}
      </nav>
      <Alarm alerts={alerts} />
      <span className="grow" />
      <WindowNumber />
      <IconButton label={density === 'compact' ? t('Comfortable rows') : t('Compact rows')} icon={density === 'compact' ? IconListDetails : IconList} onClick={toggleDensity} testid="density" />
      <IconButton label={theme === 'dark' ? t('Bright theme') : t('Dark theme')} icon={theme === 'dark' ? IconSun : IconMoon} onClick={toggleTheme} testid="theme" />
      <IconButton label={t('Keys')} hint="?" icon={IconHelpCircle} onClick={onHelp} />
      <Account session={session} onLogout={onLogout} />
    </header>
  );
}

interface Tab {
  page: Page;
  label: string;
  to: string;
  icon: typeof IconList;
}

const FOR_ADMINISTRATORS: readonly Page[] = ['nodes', 'rules', 'log', 'deleted'];

/** Nobody else can do anything there. */
function tabs(session: Session): Tab[] {
  const all: Tab[] = [
    { page: 'studies', label: t('Studies'), to: listAddress(), icon: IconList },
    { page: 'sessions', label: t('Sessions'), to: '/sessions', icon: IconBookmark },
    { page: 'jobs', label: t('Jobs'), to: '/jobs', icon: IconHourglass },
    { page: 'hangings', label: t('Hangings'), to: '/hangings', icon: IconLayoutBoardSplit },
    { page: 'nodes', label: t('Nodes'), to: '/nodes', icon: IconServer2 },
    { page: 'rules', label: t('Rules'), to: '/rules', icon: IconRoute },
    { page: 'log', label: t('Log'), to: '/log', icon: IconHistory },
    { page: 'deleted', label: t('Deleted'), to: '/deleted', icon: IconTrash },
  ];
  return may(session, 'administrator') ? all : all.filter((tab) => !FOR_ADMINISTRATORS.includes(tab.page));
}

function alertWords(alerts: number): string {
  return t('{alerts} {alerts|job failed and was|jobs failed and were} not looked at', { alerts });
}

/** Said aloud when the number changes (LOG-02); who sees the red number needs no more. */
function Alarm({ alerts }: { alerts: number }): ReactElement | null {
  return alerts > 0 ? <span className="unseen" role="alert">{alertWords(alerts)}</span> : null;
}

/** The same places at the lower edge of a phone. */
export function PhoneTabs({ session, page, alerts }: { session: Session; page: Page; alerts: number }): ReactElement {
  return (
    <nav className="ptabs" aria-label={t('Pages')}>
      {tabs(session).filter((tab) => tab.page !== 'hangings').map((tab) => (
        <Link key={tab.page} to={tab.to} className={page === tab.page ? 'on' : undefined} current={page === tab.page} testid={`tab-${tab.page}`}>
          <Icon of={tab.icon} size="l" />
          {tab.label}
          {tab.page === 'jobs' && alerts > 0 && <b title={alertWords(alerts)} data-testid="alerts">{alerts}</b>}
        </Link>
      ))}
      <Alarm alerts={alerts} />
    </nav>
  );
}

export function Account({ session, onLogout }: { session: Session; onLogout: () => void }): ReactElement {
  const [open, setOpen] = useState(false);
  const [keys, setKeys] = useState(false);
  const own = useRef<HTMLButtonElement>(null);
  const { user, server } = session;
  const changeKeys = () => {
    own.current?.focus();
    setOpen(false);
    setKeys(true);
  };
  const button = (
    <button ref={own} className="btn plain" onClick={() => setOpen(!open)} aria-expanded={open} data-testid="account">
      <Icon of={IconUser} size="m" />
      {user?.display_name || user?.name || t('No login')}
    </button>
  );
  return (
    <>
      <Popover open={open} onClose={() => setOpen(false)} button={button}>
        <div className="menu" role="menu">
          {server && (
            <div className="say-who">
              {t('{title} on port {port}', { title: server.ae_title, port: String(server.dicom_port) })}
              <br />
              <span className="t3">Reading Room {server.version}</span>
            </div>
          )}
          <a className="it linkrow" role="menuitem" href="/conformance" target="_blank" rel="noopener">
            <Icon of={IconFileCheck} size="m" />
            {t('Conformance')}
          </a>
          <button className="it" role="menuitem" onClick={changeKeys} data-testid="change-keys">
            <Icon of={IconKeyboard} size="m" />
            {t('Keys and mouse')}
          </button>
          <div className="sep" role="separator" />
          <LanguageItems />
          {user && <div className="sep" role="separator" />}
          {user && (
            <button className="it" role="menuitem" onClick={onLogout} data-testid="logout">
              <Icon of={IconLogout} size="m" />
              {t('Log out')}
            </button>
          )}
        </div>
      </Popover>
      {keys && <Suspense><KeyDialog first="" onClose={() => setKeys(false)} /></Suspense>}
    </>
  );
}
