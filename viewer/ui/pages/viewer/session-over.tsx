/** The session ended while reading: the login stands over the viewer, which stays as it is underneath. */
import { useEffect, useState, type ReactElement } from 'react';
import type { ServerIdentity } from '../../../domain/server';
import { connection } from '../../server/connection';
import { httpServer } from '../../server/http-server';
import { LoginPage } from '../login';

/** user: who was reading; somebody else begins anew. */
export function SessionOver({ user }: { user: string }): ReactElement {
  const [server, setServer] = useState<ServerIdentity | null>(null);
  useEffect(() => {
    httpServer.session().then((session) => setServer(session.server), () => undefined);
  }, []);
  const goOn = async () => {
    const session = await httpServer.session().catch(() => undefined);
    if (session?.user && session.user.name !== user) location.reload();
    else await connection.retry();
  };
  return (
    <div className="over" data-testid="session-over">
      <LoginPage server={server} away onLogin={() => void goOn()} />
    </div>
  );
}
