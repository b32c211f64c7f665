import { IconFileCheck, IconHelpCircle, IconList, IconListDetails, IconLogout, IconMoon, IconSun, IconUser } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import type { Session } from '../../../domain/server';
import { Icon, Lamp } from '../../parts/icon';
import { IconButton } from '../../parts/icon-button';
import { Popover } from '../../parts/popover';
import { useDensity, useTheme } from '../../settings';

interface Props {
  session: Session;
  onLogout: () => void;
  onHelp: () => void;
}

export function Header({ session, onLogout, onHelp }: Props): ReactElement {
  const [theme, toggleTheme] = useTheme();
  const [density, toggleDensity] = useDensity();
  return (
    <header className="top">
      <span className="brand">
        <span className="c-warm"><Icon of={Lamp} /></span>
        Reading Room
      </span>
      <nav className="nav">
        <a className="on" href="/" aria-current="page" onClick={(e) => e.preventDefault()}>Studies</a>
      </nav>
      <span className="grow" />
      <IconButton label={density === 'compact' ? 'Comfortable rows' : 'Compact rows'} icon={density === 'compact' ? IconListDetails : IconList} onClick={toggleDensity} testid="density" />
      <IconButton label={theme === 'dark' ? 'Bright theme' : 'Dark theme'} icon={theme === 'dark' ? IconSun : IconMoon} onClick={toggleTheme} testid="theme" />
      <IconButton label="Keys" hint="?" icon={IconHelpCircle} onClick={onHelp} />
      <Account session={session} onLogout={onLogout} />
    </header>
  );
}

export function Account({ session, onLogout }: { session: Session; onLogout: () => void }): ReactElement {
  const [open, setOpen] = useState(false);
  const { user, server } = session;
  const button = (
    <button className="btn plain" onClick={() => setOpen(!open)} aria-expanded={open} data-testid="account">
      <Icon of={IconUser} size="m" />
      {user?.display_name || user?.name || 'No login'}
    </button>
  );
  return (
    <Popover open={open} onClose={() => setOpen(false)} button={button}>
      <div className="menu" role="menu">
        {server && (
          <div className="say-who">
            {server.ae_title} on port {server.dicom_port}
            <br />
            <span className="t3">Reading Room {server.version}</span>
          </div>
        )}
        <a className="it linkrow" role="menuitem" href="/conformance" target="_blank" rel="noopener">
          <Icon of={IconFileCheck} size="m" />
          Conformance
        </a>
        {user && (
          <button className="it" role="menuitem" onClick={onLogout} data-testid="logout">
            <Icon of={IconLogout} size="m" />
            Log out
          </button>
        )}
      </div>
    </Popover>
  );
}
