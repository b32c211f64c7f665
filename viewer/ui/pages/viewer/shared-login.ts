/** Who logs out or in does so in all windows of the session; each shows the login over its images. */
import { useEffect } from 'react';
import { connection } from '../../server/connection';
import { httpServer } from '../../server/http-server';
import { windows } from '../../windows';

/** Somebody else begins anew. */
export async function goOnAs(user: string): Promise<void> {
  const session = await httpServer.session().catch(() => undefined);
  if (session?.user && session.user.name !== user) location.reload();
  else await connection.check();
}

/** user: who reads here. */
export function useSharedLogin(user: string): void {
  useEffect(() => {
    let told = connection.snapshot().standing;
    const endHearing = windows.onMessage((m) => m.kind === 'login' && void goOnAs(user));
    const endTelling = connection.subscribe(() => {
      const { standing } = connection.snapshot();
      if (standing === 'over' && told !== 'over') windows.post({ kind: 'login' });
      told = standing;
    });
    return () => {
      endHearing();
      endTelling();
    };
  }, [user]);
}
