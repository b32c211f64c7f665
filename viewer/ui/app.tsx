/** Which page is shown. The pages are chunks of their own: the list does not pay for Cornerstone. */
import { lazy, Suspense, useCallback, useEffect, useState, type ReactElement } from 'react';
import { t } from '../core/language';
import { may, ServerError, type Session } from '../domain/server';
import { LoginPage } from './pages/login';
import { Say } from './parts/say';
import { hangingStore } from './hanging-store';
import { leaveOut } from './left-out';
import { belongTo } from './preferences';
import { minutesAway } from './presence';
import { navigate, safeReturn, studyUids, useAddress } from './router';
import { askAhead, httpServer } from './server/http-server';
import { useLook } from './settings';
import { windows } from './windows';

const StudyListPage = lazy(() => import('./pages/study-list/page'));
const JobsPage = lazy(() => import('./pages/jobs/page'));
const NodesPage = lazy(() => import('./pages/nodes/page'));
const RulesPage = lazy(() => import('./pages/rules/page'));
const LogPage = lazy(() => import('./pages/log/page'));
const HangingsPage = lazy(() => import('./pages/hangings/page'));
const SessionsPage = lazy(() => import('./pages/sessions/page'));
const DeletedPage = lazy(() => import('./pages/deleted/page'));
type ViewerChunk = typeof import('./pages/viewer/page');
let viewerChunk: ViewerChunk | undefined;
// React shows what was waited for at the earliest 300 ms after it began to wait: what is here is given without a promise.
const ViewerPage = lazy(() => (viewerChunk ? (here(viewerChunk) as Promise<ViewerChunk>) : import('./pages/viewer/page')));
// The viewer is large: it comes while the server is still asked who we are, or while the list is read.
if (location.pathname === '/viewer') {
  void importAhead();
  for (const uid of studyUids(location.search).slice(0, 2)) askAhead(uid);
}

/** A chunk that does not come ahead of time is asked for again, and told about, when it is needed. */
function importAhead(): Promise<ViewerChunk | undefined> {
  return import('./pages/viewer/page').then((chunk) => (viewerChunk = chunk), () => undefined);
}

/** While the list is read: the first image then waits for no program and no worker. */
function prepare(): void {
  void importAhead().then((chunk) => chunk && whenIdle(() => location.pathname === '/' && chunk.startDecoder()));
}

/** Given at once to whom asks, where a promise answers later. */
function here<T>(value: T): PromiseLike<T> {
  return { then: (given) => Promise.resolve(given?.(value)) as never };
}

/** Safari has no idle callbacks. */
const whenIdle = (window as { requestIdleCallback?: (run: () => void) => void }).requestIdleCallback ?? ((run: () => void) => setTimeout(run, 50));

const RETRY_SECONDS = 6;
const PREFETCH_MS = 1500;

export function App(): ReactElement {
  const address = useAddress();
  const [session, setSession] = useState<Session>();
  const [failure, setFailure] = useState('');
  useLook();
  const ask = useCallback(() => {
    httpServer.session().then(
      (s) => {
        setFailure('');
        belongTo(s.user?.name ?? '');
        leaveOut(s.hidden_classes);
        if (may(s, 'reader')) hangingStore.belongTo(s.user?.name ?? '');
        setSession(s);
      },
      (e: unknown) => setFailure(e instanceof ServerError ? e.message : String(e)),
    );
  }, []);
  useEffect(ask, [ask]);
  // The viewer keeps its images under the login that it asks for.
  useEffect(() => windows.onMessage((m) => m.kind === 'login' && location.pathname !== '/viewer' && ask()), [ask]);
  useEffect(() => {
    if (!failure) return undefined;
    const timer = setTimeout(ask, RETRY_SECONDS * 1000);
    return () => clearTimeout(timer);
  }, [failure, ask]);

  const idle = session !== undefined && location.pathname === '/';
  useEffect(() => {
    if (!idle || (navigator as { connection?: { saveData?: boolean } }).connection?.saveData) return undefined;
    const timer = setTimeout(prepare, PREFETCH_MS);
    return () => clearTimeout(timer);
  }, [idle]);

  const url = new URL(address, location.origin);
  const needsLogin = session !== undefined && !session.user && session.login_required;
  const atLogin = url.pathname === '/login';
  useEffect(() => {
    if (needsLogin && !atLogin) navigate(`/login?next=${encodeURIComponent(address)}`, true);
    if (session && !needsLogin && atLogin) navigate(safeReturn(url.searchParams.get('next')), true);
  });

  if (failure && !session) return <ServerLost onRetry={ask} />;
  if (!session) return <div className="app" data-testid="starting" />;
  if (needsLogin) return <LoginPage server={session.server} away={url.searchParams.has('away') ? Number(url.searchParams.get('away')) || 0 : undefined} onLogin={() => (windows.post({ kind: 'login' }), ask())} />;
  const logout = () => void httpServer.logout().finally(() => (windows.post({ kind: 'login' }), ask()));
  const expired = () => {
    setSession({ ...session, user: null, login_required: true });
    navigate(`/login?away=${minutesAway()}&next=${encodeURIComponent(address)}`, true);
  };
  return (
    <Suspense fallback={<div className="app" />}>
      {url.pathname === '/viewer' ? (
        <ViewerPage key={url.search} search={url.search} user={session.user?.name ?? ''} sends={may(session, 'sender')} shares={may(session, 'administrator')} />
      ) : url.pathname === '/jobs' ? (
        <JobsPage session={session} search={url.search} onLogout={logout} onExpired={expired} />
      ) : url.pathname === '/nodes' ? (
        <NodesPage session={session} onLogout={logout} onExpired={expired} />
      ) : url.pathname === '/rules' ? (
        <RulesPage session={session} search={url.search} onLogout={logout} onExpired={expired} />
      ) : url.pathname === '/log' ? (
        <LogPage session={session} search={url.search} onLogout={logout} onExpired={expired} />
      ) : url.pathname === '/deleted' ? (
        <DeletedPage session={session} onLogout={logout} onExpired={expired} />
      ) : url.pathname === '/hangings' ? (
        <HangingsPage session={session} onLogout={logout} onExpired={expired} />
      ) : url.pathname === '/sessions' ? (
        <SessionsPage session={session} onLogout={logout} onExpired={expired} />
      ) : (
        <StudyListPage session={session} search={url.search} onLogout={logout} onExpired={expired} />
      )}
    </Suspense>
  );
}

function ServerLost({ onRetry }: { onRetry: () => void }): ReactElement {
  return (
    <main className="app whole" role="alert">
      <Say title={t('The server did not answer.')} detail={t('Nothing is lost. Trying again in {seconds} s.', { seconds: RETRY_SECONDS })} failed>
        <button className="btn" onClick={onRetry}>{t('Try now')}</button>
      </Say>
    </main>
  );
}
