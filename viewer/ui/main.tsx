/** The language first, then everything that has a text. */
import { speakChosen } from './language';
import './style/tokens.css';
import './style/rr.css';
import './style/app.css';

// No `await` at this level: files that wait for this one could then wait for themselves.
void speakChosen()
  .then(() => import('./start'))
  .then(({ start }) => start());
