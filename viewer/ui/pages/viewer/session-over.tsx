/** The session ended while reading: the login stands over the viewer, which stays as it is underneath. */
import { useEffect, useState, type ReactElement } from 'react';
import type { ServerIdentity } from '../../../domain/server';
import { httpServer } from '../../server/http-server';
import { windows } from '../../windows';
import { LoginPage } from '../login';
import { goOnAs } from './shared-login';

/** user: who was reading; somebody else begins anew. */
export function SessionOver({ user }: { user: string }): ReactElement {
  const [server, setServer] = useState<ServerIdentity | null>(null);
  useEffect(() => {
    httpServer.session().then((session) => setServer(session.server), () => undefined);
  }, []);
  const loggedIn = () => {
    windows.post({ kind: 'login' });
    void goOnAs(user);
  };
  return (
    <div className="over" data-testid="session-over">
      <LoginPage server={server} away onLogin={loggedIn} />
    </div>
  );
}
