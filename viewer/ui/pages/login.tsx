/** Log in. One primary button, the monitor check under it. */
import { IconAlertTriangle, IconEye, IconEyeOff, IconHistory } from '@tabler/icons-react';
import { useState, type FormEvent, type ReactElement } from 'react';
import { t } from '../../core/language';
import { ServerError, type ServerIdentity } from '../../domain/server';
import { Icon, Lamp } from '../parts/icon';
import { LanguageField } from '../parts/language-choice';
import { httpServer } from '../server/http-server';

/** The 18 equal steps of the ramp; the first and last carry a square 6 levels away. */
const STEPS = Array.from({ length: 18 }, (_, i) => i * 15);

interface Props {
  server: ServerIdentity | null;
  /** Minutes since the reader did something, when a session has ended; undefined at an ordinary login. */
  away?: number | undefined;
  onLogin: () => void;
}

export function LoginPage({ server, away, onLogin }: Props): ReactElement {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [visible, setVisible] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError('');
    try {
      await httpServer.login(name, password);
      onLogin();
    } catch (e) {
      setError(sayWhy(e));
      setPassword('');
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="login">
      <form className="lcard" onSubmit={(e) => void submit(e)} data-testid="login">
        <h1 className="brand lbrand">
          <Icon of={Lamp} size="l" />
          Reading Room
        </h1>
        <p className="t2 lsite">{server?.name && server.name !== 'Reading Room' ? server.name : t('Image server and viewer')}</p>
        <label className="f">
          {t('Name')}
          <input className="field big" name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} autoFocus required value={name} onChange={(e) => setName(e.target.value)} data-testid="login-name" />
        </label>
        <label className="f">
          {t('Password')}
          <span className="peek">
            <input className={`field big ${error ? 'bad' : ''}`} name="password" type={visible ? 'text' : 'password'} autoComplete="current-password" required value={password} onChange={(e) => setPassword(e.target.value)} data-testid="login-password" />
            <button type="button" className="ib" aria-label={visible ? t('Hide the password') : t('Show the password')} aria-pressed={visible} onClick={() => setVisible(!visible)}>
              <Icon of={visible ? IconEyeOff : IconEye} size="m" />
            </button>
          </span>
        </label>
        {error && (
          <div className="note failed" role="alert" data-testid="login-error">
            <Icon of={IconAlertTriangle} size="m" />
            <p>{error}</p>
          </div>
        )}
        {away !== undefined && !error && (
          <div className="note unsaved">
            <Icon of={IconHistory} size="m" />
            <p data-testid="login-away">{awayWords(away)}</p>
          </div>
        )}
        <button className="btn primary big" disabled={busy} data-testid="login-submit">
          {away !== undefined ? t('Continue reading') : t('Log in')} <kbd>Enter</kbd>
        </button>
      </form>
      <section className="qc" data-theme="dark">
        <div className="ramp" aria-hidden>
          {STEPS.map((level) => (
            <i key={level} style={{ background: grey(level) }}>
              {level === 0 && <b style={{ background: grey(6) }} />}
              {level === 255 && <b style={{ background: grey(249) }} />}
            </i>
          ))}
        </div>
        <p className="t3 xs">{t('You should see 18 steps, a faint square in the first and in the last. If not, check the monitor before you read.')}</p>
      </section>
      <LanguageField />
      <p className="t3 xs lfoot">{t('Not a certified medical device. For use as your site has approved it.')}</p>
    </main>
  );
}

function awayWords(minutes: number): string {
  if (minutes < 1) return t('Your session has ended. Log in and you are back where you were.');
  if (minutes < 90) return t('You were away for {minutes} {minutes|minute|minutes}. Log in to go on where you were.', { minutes });
  return t('You were away for {hours} {hours|hour|hours}. Log in to go on where you were.', { hours: Math.round(minutes / 60) });
}

function grey(level: number): string {
  return `rgb(${level},${level},${level})`;
}

function sayWhy(error: unknown): string {
  if (!(error instanceof ServerError)) return String(error);
  if (error.status === 401) return t('Name or password is not right. Nothing was changed. Try again.');
  if (error.status === 429) return t('Too many tries. Wait {seconds} s, then try again.', { seconds: error.retryAfter || 60 });
  if (error.status === 0) return t('The server did not answer. Nothing is lost. Try again.');
  return error.message;
}
