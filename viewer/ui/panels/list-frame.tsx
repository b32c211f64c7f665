/** The frame of a page that keeps a list: bar, list, panel beside it, foot; on a phone one below the other. And its keys. */
import { useState, type ReactElement, type ReactNode } from 'react';
import { t } from '../../core/language';
import type { Session } from '../../domain/server';
import { useJobsWatch, type JobsWatch } from '../jobs-watch';
import { isTyping, useMedia } from '../parts/browser';
import { Say } from '../parts/say';
import { useKeys } from '../parts/use-keys';
import { Header, PhoneTabs, type Page } from './header';
import { KeyHelp } from './key-help';

export interface PageProps {
  session: Session;
  onLogout: () => void;
  onExpired: () => void;
}

interface Props extends Omit<PageProps, 'onExpired'> {
  page: Page;
  watch: JobsWatch;
  keys: readonly [string, string][];
  /** Whether the key meant something here; it is not asked while somebody types. Enter and Space belong to a button that has focus. */
  onKey?: (e: KeyboardEvent) => boolean;
  /** Beside the list. */
  panel?: ReactNode;
  foot?: ReactNode;
  toast?: ReactNode;
  children: ReactNode;
}

export function ListFrame({ session, onLogout, page, watch, keys, onKey, panel, foot, toast, children }: Props): ReactElement {
  const phone = useMedia('(max-width: 640px)');
  const [help, setHelp] = useState(false);
  const alerts = watch.counts.alerts ?? 0;
  useKeys((e) => {
    if (help || isTyping(e.target) || e.altKey) return;
    const onControl = e.target instanceof HTMLElement && e.target.closest('button, a, select, summary');
    if (onControl && (e.key === 'Enter' || e.key === ' ')) return;
    if (e.key === '?') setHelp(true);
    else if (!onKey?.(e)) return;
    e.preventDefault();
  });
  if (phone) {
    return (
      <div className="ph phone" data-testid={`${page}-page`}>
        <main className="pscroll page">
          <div className="listbody">{children}</div>
          {panel}
        </main>
        {toast}
        <PhoneTabs session={session} page={page} alerts={alerts} />
      </div>
    );
  }
  return (
    <div className="app" data-testid={`${page}-page`}>
      <Header session={session} page={page} alerts={alerts} onLogout={onLogout} onHelp={() => setHelp(true)} />
      <main className={panel ? 'two' : 'one'}>
        <section className="page"><div className="listbody">{children}</div></section>
        {panel}
      </main>
      <footer className="foot">{foot}</footer>
      {toast}
      {help && <KeyHelp keys={keys} onClose={() => setHelp(false)} />}
    </div>
  );
}

/** For those who may not see the list. */
export function ForAdministrators({ session, onLogout, onExpired, page, keys, title }: PageProps & Pick<Props, 'page' | 'keys'> & { title: string }): ReactElement {
  const watch = useJobsWatch(session, onExpired);
  return (
    <ListFrame session={session} onLogout={onLogout} page={page} watch={watch} keys={keys}>
      <Say title={title} detail={session.user ? t('{name} may not see or change them.', { name: session.user.display_name || session.user.name }) : t('You may not see or change them.')} />
    </ListFrame>
  );
}
