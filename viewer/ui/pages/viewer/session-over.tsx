/** The session ended while reading: the login stands over the viewer, which stays as it is underneath. */
import { useEffect, useState, type ReactElement } from 'react';
import type { ServerIdentity } from '../../../domain/server';
import { lastDeed, minutesAway } from '../../presence';
import { httpServer } from '../../server/http-server';
import { windows } from '../../windows';
import { LoginPage } from '../login';
import { goOnAs } from './shared-login';

const COUNT_MS = 1000;

/** user: who was reading; somebody else begins anew. */
export function SessionOver({ user }: { user: string }): ReactElement {
  const [server, setServer] = useState<ServerIdentity | null>(null);
  useEffect(() => {
    httpServer.session().then((session) => setServer(session.server), () => undefined);
  }, []);
  const minutes = useMinutesAway();
  const loggedIn = () => {
    windows.post({ kind: 'login' });
    void goOnAs(user);
  };
  return (
    <div className="over" data-testid="session-over">
      <LoginPage server={server} away={minutes} onLogin={loggedIn} />
    </div>
  );
}

/** Counted until the reader is back. */
function useMinutesAway(): number {
  const [left] = useState(lastDeed);
  const [minutes, setMinutes] = useState(() => minutesAway(left));
  useEffect(() => {
    const timer = setInterval(() => lastDeed() === left && setMinutes(minutesAway(left)), COUNT_MS);
    return () => clearInterval(timer);
  }, [left]);
  return minutes;
}
